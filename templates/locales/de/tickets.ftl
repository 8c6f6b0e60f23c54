# Listen
open-count = { $n ->
    [one] 1 offen
   *[other] { $n } offen
  }
list-views = Ansichten
list-view-all = Alle offenen
list-view-nobody = Ohne Besitzer
list-view-mine = Meine
list-view-new = Neu
list-view-us = Wartet auf uns
list-view-customer = Wartet auf den Kunden
list-view-waiting = Wartend
list-view-watched = Beobachtet
list-view-closed = Geschlossen
list-view-any = Alle Status
list-order = Reihenfolge
list-sort-changed = Zuletzt geänderte zuerst
list-sort-created = Neueste zuerst
list-sort-waiting = Am längsten wartende zuerst
list-sort-due = Fällige zuerst
list-sort-priority = Dringendste zuerst
list-filters = Filter
list-filter-remove = Filter entfernen: { $filter }
list-narrow = Eingrenzen
list-turn-customer = Beantwortet: wartet auf den Kunden
list-select = Ticket { $number } auswählen
list-select-all = Alle auswählen
list-messages = { $n ->
    [one] 1 Nachricht
   *[other] { $n } Nachrichten
  }
list-messages-unit = Nachrichten
list-has-files = Mit Anhängen
list-news = Neue Tickets anzeigen
list-empty = Hier ist nichts mehr zu tun
list-empty-hint = Alle, die geschrieben haben, haben eine Antwort. Neue Tickets erscheinen hier von selbst.
unread = ungelesen
locked = gesperrt
nobody-yet = Noch niemand
bulk-label = Ausgewählte Tickets
bulk-selected = Ausgewählt
bulk-count-pattern = # ausgewählt
bulk-clear = Auswahl aufheben
bulk-none = Wählen Sie zuerst mindestens ein Ticket aus.
bulk-done = { $n ->
    [one] 1 Ticket geändert.
   *[other] { $n } Tickets geändert.
  }
bulk-refused = { $n ->
    [one] 1 Ticket blieb, wie es war.
   *[other] { $n } Tickets blieben, wie sie waren.
  }
lock-to-me = Für mich sperren
move = Verschieben
move-to = Verschieben nach
close = Schließen
hint-move = bewegen
hint-open = öffnen
hint-select = auswählen
hint-lock = sperren
hint-all = alle Tastenkürzel

# Wörter eines Tickets
queue = Queue
state = Status
state-new = Neu
state-open = Offen
state-pending_reminder = Wartet
state-pending_auto = Wartet, dann geschlossen
state-closed = Geschlossen
state-merged = Zusammengeführt
state-removed = Gelöscht
priority = Priorität
priority-1 = Sehr niedrig
priority-2 = Niedrig
priority-3 = Normal
priority-4 = Hoch
priority-5 = Dringend
owner = Besitzer
nobody = Niemand
me = Ich
owner-you = { $name } (Sie)
lock = Sperre
lock-ticket = Sperren
until = Bis
customer = Kunde
subject = Betreff
message = Nachricht
attachments = Anhänge
history = Verlauf
linked = Verknüpft
other-tickets = Weitere Tickets
details = Details
ticket-details = Details des Tickets
save-details = Details speichern

# Ein Ticket
conversation = Gespräch
unlock = Freigeben
take-over = Übernehmen
reopen = Wieder öffnen
pending-until = bis { $date }
lock-free = Nicht gesperrt
lock-free-owner = Nicht gesperrt, gehört { $name }
lock-free-yours = Nicht gesperrt, gehört Ihnen
lock-mine = Seit { $since } von Ihnen gesperrt
lock-other = Seit { $since } von { $name } gesperrt
lock-short-mine = Sie
lock-short-free = Niemand
read-only = Sie können dieses Ticket lesen. Um zu antworten, brauchen Sie eine andere Rolle.
internal-note = Interne Notiz
only-agents = Nur für Agenten sichtbar
new-badge = Neu
new-in-conversation = Neu in diesem Gespräch
stranger-hint = { $address } war bisher nicht beteiligt und bekommt keine Antworten.
stranger-accept = Ins Gespräch aufnehmen
badge-automatic = Automatisch
badge-phone = Anruf
badge-system = System
article-more = Mehr zu dieser Nachricht
article-from-to = { $from } an { $to }
article-from-to-cc = { $from } an { $to }, Cc { $cc }
article-to = an { $to }
article-to-cc = an { $to }, Cc { $cc }
reply-quoting = Mit Zitat antworten
show-html = HTML anzeigen
mail-as-received = E-Mail im Original anzeigen
show-quoted = Zitierten Text anzeigen
no-text = Diese E-Mail enthält keinen Text.
html-mail-from = E-Mail von { $name } als HTML
remote-hint = Bilder aus dem Internet werden nicht geladen. Wer sie lädt, verrät dem Absender, dass und wo die E-Mail gelesen wurde.
remote-show = Bilder laden
file-kind-image = Bild
file-kind-pdf = PDF
file-kind-text = Text
file-kind-mail = E-Mail
file-kind-calendar = Kalendereintrag
file-kind-archive = Archiv
file-kind-other = Datei

# Was aus unserer E-Mail wurde
delivery-held = Geht in wenigen Sekunden hinaus
delivery-due = Wartet auf den Versand
delivery-sending = Wird gesendet
delivery-sent = Gesendet
delivery-sent-at = Dem Relay übergeben: { $date }
delivery-deferred = Noch nicht angenommen
delivery-deferred-why = Das Relay hat diese E-Mail noch nicht angenommen. Es wird von selbst weiter versucht.
delivery-uncertain = Ungewiss
delivery-uncertain-why = Die Verbindung brach im letzten Augenblick ab. Die E-Mail ist vielleicht hinausgegangen; sie wird noch einmal gesendet.
delivery-bounced = Zurückgekommen
delivery-bounced-why = Diese E-Mail kam zurück. Prüfen Sie die Adresse und senden Sie erneut.
delivery-cancelled = Zurückgenommen
delivery-failed = Nicht gesendet
delivery-failed-why = Das Relay hat diese E-Mail abgelehnt. Prüfen Sie die Adresse und senden Sie erneut.
send-again = Erneut senden

# Schreiben
composer-kind = Was möchten Sie schreiben?
composer-from = von { $address }
composer-locked = { $name } arbeitet an diesem Ticket. Sie können eine Notiz hinzufügen oder es übernehmen, um zu antworten.
composer-note-warning = Nur Agenten von { $org } können Notizen lesen. Es wird nichts gesendet.
composer-news = Der Kunde hat wieder geschrieben, während Sie tippten. Lesen Sie es oben, bevor Sie senden.
composer-empty = Es ist noch kein Text da. Schreiben Sie zuerst etwas.
composer-enter = Es wurde nichts gesendet. Drücken Sie den Knopf, der sagt, was Sie meinen.
new-files-again = Wählen Sie Ihre Dateien noch einmal: Sie wurden nicht behalten.
composer-mixed = Es war nicht klar, ob dies eine Antwort oder eine Notiz ist. Wählen Sie eines und senden Sie erneut.
composer-no-recipient = Das würde niemand bekommen. Tragen Sie mindestens eine Adresse ein.
composer-bad-address = „{ $address }“ ist keine E-Mail-Adresse. Schreiben Sie sie wie name@example.org.
composer-until = Wählen Sie einen künftigen Zeitpunkt für die Erinnerung.
reply = Antwort
note = Notiz
to = An
cc = Cc
attach = Anhängen
files = Dateien
file-remove = { $name } entfernen
file-remove-plain = Entfernen
file-too-big = Größer, als dieser Server annimmt. Senden Sie stattdessen einen Link.
quote = Zitieren
quote-intro = Am { $date } schrieb { $name }:
draft-saved = Entwurf gespeichert
draft-unsaved = Noch nicht gespeichert
draft-restored = Entwurf wiederhergestellt
add-note = Notiz hinzufügen
send = Senden
send-other = Auf andere Weise senden
send-hint = Das Ticket bleibt offen und gehört Ihnen
send-and-close = Senden und schließen
send-and-close-hint = Eine spätere Antwort öffnet es wieder
send-and-wait = Senden und mich erinnern
send-wait = Senden und warten
remind-me = Erinnern am
take-over-and-send = Übernehmen und senden

# Neues Ticket
new-intro = Für Anrufe, Briefe und alles, was Sie selbst beginnen möchten.
new-kind = Wie beginnt es?
new-phone = Anruf
new-mail = Ich schreibe eine E-Mail
new-phone-hint = Wird im Ticket notiert. Es wird nichts gesendet.
new-mail-hint = Wird von der Adresse der Queue an den Kunden gesendet.
new-customer-hint = Name und Adresse, zum Beispiel Ruth Calloway <ruth@example.org>.
new-no-queue = Sie dürfen in keiner Queue Tickets eröffnen. Ein Administrator kann das ändern.
new-check = Es fehlt noch etwas. Sehen Sie sich die markierten Felder an.
attachments-hint = optional
create-ticket = Ticket anlegen

# Übersicht
greeting-morning = Guten Morgen, { $name }
greeting-day = Guten Tag, { $name }
greeting-evening = Guten Abend, { $name }
dash-mine = Meine Tickets
dash-mine-hint = offen, gehören Ihnen
dash-mine-empty = Hier stehen Tickets, die Sie sperren oder besitzen.
dash-nobody = Ohne Besitzer
dash-nobody-hint = offen, gehören niemandem
dash-nobody-empty = Um jedes offene Ticket kümmert sich jemand.
dash-reminders = Erinnerungen
dash-reminders-hint = warten auf ein Datum
dash-reminders-empty = Keine Erinnerung gesetzt.
see-all = Alle ansehen

# Suche
search-all = Alle Tickets durchsuchen
search-title = Suche: { $q }
search-hint = Wörter, Namen, eine Nummer, auch in geschlossenen Tickets. Eingrenzen mit:
search-count = { $n ->
    [one] 1 Ticket
   *[other] { $n } Tickets
  }
search-none = Kein Ticket passt zu „{ $q }“
search-none-hint = Versuchen Sie es mit weniger Wörtern oder mit dem Anfang eines Wortes, oder nehmen Sie einen Filter weg.
