# Menüs und Felder eines Tickets
more-acts = Weitere Aktionen
link-to = Mit einem Ticket verknüpfen
watch = Beobachten
unwatch = Nicht mehr beobachten
watchers = Beobachtet von
change-customer = Kunden ändern
mark-spam = Als Spam markieren
delete-ticket = Löschen
tags = Schlagwörter
tag-add = Hinzufügen
tag-add-label = Schlagwort hinzufügen
tag-remove = Schlagwort { $tag } entfernen
link-add = Verknüpfen
link-remove = Verknüpfung mit { $number } lösen
bond-how = Wie sie zusammengehören
bond-related = Verwandt mit
bond-child_of = Teil von
bond-parent_of = Enthält
link-child_of = Dieses ist ein Teil von jenem
link-child_of-reverse = Ein Teil von diesem
refused-link-kind = Tickets werden als „related“, „child_of“ oder „parent_of“ verknüpft.
refused-links = Ein Ticket hat höchstens { $most } Verknüpfungen. Lösen Sie zuerst einige.

# Was sich rückgängig machen lässt: als Ding, nach „Rückgängig:“
act-locked = Sperren
act-moved = Verschieben
act-state_changed = Änderung des Status
act-closed = Schließen
act-assigned = Änderung des Besitzers
act-priority_changed = Änderung der Priorität
act-tagged = Vergabe des Schlagworts
act-untagged = Entfernen des Schlagworts
act-customer_changed = Änderung des Kunden
act-removed = Löschen
act-spam = Markierung als Spam
act-restored = Rückkehr aus dem Papierkorb
act-undone = Rückgängigmachen

# Dasselbe als Neuigkeit, gleich nachdem es geschah
did-locked = Ticket { $ticket } gesperrt
did-moved = Ticket { $ticket } verschoben
did-state_changed = Status von Ticket { $ticket } geändert
did-closed = Ticket { $ticket } geschlossen
did-assigned = Besitzer von Ticket { $ticket } geändert
did-priority_changed = Priorität von Ticket { $ticket } geändert
did-tagged = Schlagwort an Ticket { $ticket } vergeben
did-untagged = Schlagwort von Ticket { $ticket } entfernt
did-customer_changed = Kunde von Ticket { $ticket } geändert
did-removed = Ticket { $ticket } gelöscht
did-spam = Ticket { $ticket } als Spam markiert
did-restored = Ticket { $ticket } aus dem Papierkorb geholt
did-undone = An Ticket { $ticket } rückgängig gemacht

# Die Seite, die fragt, bevor etwas rückgängig gemacht wird
undo-title = Rückgängig: { $what }
undo-when = Getan von { $who } ({ $date }).
undo-clean = Nichts davon wurde seither geändert: Es wird so, wie es war.
undo-asks = Einiges davon wurde seither geändert. Das bleibt, wie es jetzt ist, wenn Sie nichts anderes sagen.
undo-idle = Es ist bereits wieder, wie es war. Nichts muss zurückgesetzt werden.
undo-table = Was geändert wurde
undo-field = Was
undo-before = Vorher
undo-after = Geändert in
undo-now = Jetzt
undo-changed = seither geändert
undo-anyway = Seither geändert
undo-anyway-hint = Wählen Sie, was trotzdem zurückgesetzt wird.
undo-anyway-one = { $field }: von „{ $now }“ zurück auf „{ $before }“
undo-anyway-do = So weit rückgängig machen
undo-since = Was seither geschah
undo-field-queue = Queue
undo-field-state = Status
undo-field-owner = Besitzer
undo-field-priority = Priorität
undo-field-customer = Kunde
undo-field-tag = Schlagwort
refused-undone = Das wurde bereits rückgängig gemacht. Laden Sie die Seite neu, um zu sehen, wie es jetzt ist.
refused-undo-changed = Seither wurde geändert: { $fields }. Sagen Sie, was davon trotzdem zurückgesetzt wird; das Übrige bleibt.

# Der Papierkorb
bin = Papierkorb
bin-intro = Was hier liegt, steht in keiner Liste und keiner Suche, bekommt keine E-Mail und verschickt keine. Nach { $days } Tagen wird es endgültig weggeworfen.
bin-empty = Der Papierkorb ist leer.
bin-why = Warum
bin-keeps = Aufgehoben bis
bin-restore = Aus dem Papierkorb holen
bin-reason-deleted = Gelöscht
bin-reason-spam = Spam
bin-is-deleted = Dieses Ticket wurde von { $who } gelöscht ({ $date }).
bin-is-spam = Dieses Ticket wurde von { $who } als Spam markiert ({ $date }). Sein Absender bekommt nie eine Antwort.
bin-until = Es wird aufgehoben bis { $date }.
bin-gone = Dieses Ticket wurde gelöscht, und seine Texte wurden endgültig weggeworfen.
bin-gone-short = Weggeworfen
refused-in-bin = Dieses Ticket liegt im Papierkorb. Holen Sie es zuerst heraus.
refused-not-in-bin = Dieses Ticket liegt nicht im Papierkorb.
refused-gone-for-good = Dieses Ticket lag zu lange im Papierkorb: Seine Texte wurden endgültig weggeworfen.

# Ein anderer Kunde
customer-title = Wem gehört Ticket { $number }?
customer-intro = Bisher gehört es { $name } ({ $address }). Antworten gehen an den neuen Kunden. Wer hier vorher schrieb, bleibt in der Liste der Personen und bekommt nichts, bis ihn jemand ins Gespräch aufnimmt.
customer-new = Neuer Kunde
customer-save = Kunden ändern

# Verlauf
event-removed = Ticket gelöscht von { $who }
event-spam = Ticket als Spam markiert von { $who }
event-restored = Ticket aus dem Papierkorb geholt von { $who }
event-customer_changed = Kunde geändert von { $who }: { $old } → { $new }
event-undone = Rückgängig gemacht von { $who }: { $old }
cause-web = Browser
cause-api = Programm
cause-cli = Kommandozeile
cause-mail = E-Mail
cause-deadline = Frist
cause-rule = Filter
cause-system = Turnstone

# Tasten
keys-undo = Rückgängig machen, was Sie eben taten

# Listen

# Viele Tickets auf einmal
bulk-all = Alle dieser Ansicht
bulk-all-count = Alle dieser Ansicht
bulk-more = Mehr
bulk-back = Zurück zur Liste
bulk-tickets = { $n ->
    [one] 1 Ticket
   *[other] { $n } Tickets
  }
bulk-choose-title = Was soll geschehen?
bulk-do = Mit jedem dieser Tickets
bulk-chosen = Ausgewählte Tickets
bulk-changed = Geänderte Tickets
bulk-refusals = Geblieben, wie sie waren
bulk-unlisted = { $n ->
    [one] Eines mehr ist hier nicht aufgeführt.
   *[other] { $n } weitere sind hier nicht aufgeführt.
  }
bulk-progress = Wie weit es ist
bulk-running = { $n ->
    [one] 1 Ticket wartet noch.
   *[other] { $n } Tickets warten noch.
  }
bulk-refresh = Noch einmal ansehen
bulk-over = Fertig.
bulk-undo = Alles rückgängig machen
bulk-did = { $n ->
    [one] { $what }: 1 Ticket
   *[other] { $what }: { $n } Tickets
  }
bulk-assign = Übergeben
bulk-set = Setzen
bulk-wait = Erinnern
bulk-untag = Entfernen
bulk-number = Nummer eines anderen Tickets
bulk-reply = Antwort
bulk-files-kept = Diese gehen schon mit: { $names }
bulk-files-much = Diese Dateien gehen mit jeder E-Mail; das sind zusammen mehr als { $most } MB. Sie wurden nicht behalten. Schicken Sie kleinere Dateien oder keine, oder schreiben Sie an weniger Tickets.
bulk-reply-hint = Der Kunde jedes Tickets und wer dort beteiligt ist, bekommt eine eigene E-Mail mit Ihrer Signatur. Tickets, die ein Kollege gesperrt hat, bleiben aus.
bulk-reply-do = { $n ->
    [one] 1 Antwort senden
   *[other] { $n } Antworten senden
  }
bulk-then = Status danach
bulk-then-as-is = Neue werden offen
bulk-then-open = Alle werden offen
bulk-then-close = Alle werden geschlossen
bulk-note = Interne Notiz
bulk-deed-lock = Sperren
bulk-deed-unlock = Freigeben
bulk-deed-state = Status setzen
bulk-deed-close = Schließen
bulk-deed-wait = Erinnern
bulk-deed-move = Verschieben
bulk-deed-assign = Besitzer ändern
bulk-deed-priority = Priorität setzen
bulk-deed-tag = Schlagwort vergeben
bulk-deed-untag = Schlagwort entfernen
bulk-deed-watch = Beobachten
bulk-deed-unwatch = Nicht mehr beobachten
bulk-deed-link = Verknüpfen
bulk-deed-merge = Zusammenführen
bulk-deed-note = Interne Notiz
bulk-deed-reply = Antwort
bulk-deed-customer = Kunden ändern
bulk-deed-spam = Als Spam markieren
bulk-deed-delete = Löschen
bulk-deed-restore = Aus dem Papierkorb holen
bulk-deed-undo = Rückgängig machen
bulk-why-gone = Es ist nicht mehr da, oder Sie dürfen es nicht sehen.
bulk-why-fault = Dieses schlug fehl. Der Fehler liegt bei uns und ist notiert. Versuchen Sie es einzeln.
bulk-no-ticket = Nennen Sie die Nummer des anderen Tickets.
bulk-no-queue = Wählen Sie eine Queue.
bulk-no-priority = Wählen Sie eine Priorität von sehr niedrig bis dringend.
bulk-too-many = Höchstens { $most } Tickets auf einmal. Wählen Sie eine kleinere Ansicht.
bulk-begun = Das hat bereits begonnen.
bulk-undone = Das ist bereits rückgängig gemacht oder wird es gerade.
bulk-not-undoable = Davon gibt es nichts rückgängig zu machen.
bulk-note-stays = Eine geschriebene Notiz bleibt.
bulk-changed-since = Es wurde seither geändert. Machen Sie es am Ticket rückgängig, wo Sie sehen, was sich geändert hat.

# Erinnerungen
remind = Erinnern
remind-tomorrow = Morgen früh
remind-monday = Montag früh
remind-week = In einer Woche
remind-set = Setzen

# Ein Anruf
call-note = Anruf notieren
call-title = Ein Anruf zu Ticket { $number }
call-who = Wer rief an?
call-us = Wir
call-text = Was gesagt wurde
call-hint = Teil des Gesprächs. Verschickt wird nichts.
call-then-as-is = Wie er ist; ein neues oder wieder geöffnetes ist offen
call-save = Anruf notieren
event-called = Anruf notiert von { $who }

# Abtrennen
split = In ein neues Ticket abtrennen
split-title = Ein eigenes Ticket
split-intro = Die Nachricht bleibt in Ticket { $number } und beginnt außerdem ein neues. Die beiden sind verknüpft.
split-do = Ticket beginnen
refused-split-system = Diesen Eintrag hat Turnstone selbst geschrieben. Wählen Sie die Nachricht eines Menschen.
event-split = Ticket { $new } aus einer Nachricht begonnen von { $who }
event-split_from = Aus einer Nachricht von { $old } begonnen von { $who }

# Nach dem Senden
after-sending = Wenn eine Antwort gesendet ist
after-sending-ticket = Beim Ticket bleiben
after-sending-done = Bleiben; nach Schließen oder Warten das nächste Ticket öffnen
after-sending-next = Das nächste Ticket öffnen
after-sending-list = Die Liste der Queue öffnen

# Verlauf und Papier
history-whole = Ganzer Verlauf
history-of = Verlauf von Ticket { $number }
history-what = Was geschah
history-when = Wann
history-after = Nachher
history-cause = Ursache
printout = Drucken oder als PDF speichern
printout-hint = Drucken Sie diese Seite mit Ihrem Browser.
printout-with = { $n ->
    [one] Mit 1 internem Eintrag
   *[other] Mit { $n } internen Einträgen
  }
printout-without = Ohne interne Einträge
printout-opened = Eröffnet
printout-printed = Gedruckt
