# Agenten: ihre Seiten, Links, Weigerungen; Rechte in Worten.
people-side = Personen
people-title = Agenten
people-intro = Wer Tickets beantwortet. Rollen sagen, was wer darf.
people-show = Welche Agenten
people-all = Im Einsatz
people-tab-active = Aktiv
people-tab-invited = Eingeladen
people-tab-expired = Abgelaufen
people-tab-retired = Ausgeschieden
people-is-active = Aktiv
people-is-invited = Eingeladen
people-is-expired = Abgelaufen
people-is-retired = Ausgeschieden
people-find = Agenten suchen
people-find-hint = Name, Anmeldename oder Adresse
people-search = Suchen
people-none = Niemand gefunden
people-none-hint = Sehen Sie in einer anderen Liste nach, oder geben Sie weniger ein.
agent-add = Agenten hinzufügen
person-add-another = Weiteren Agenten hinzufügen
person-added = { $name } ist hinzugefügt
person-open = { $name } öffnen
person-name = Name
person-roles = Rollen
person-last = Letzte Anmeldung
person-never = Nie
person-never-yet = Hat sich noch nie angemeldet.
person-away = Abwesend bis
person-no-role = Keine Rolle: sieht nichts
person-check = Etwas muss geändert werden, bevor gespeichert werden kann. Sehen Sie nach den markierten Feldern.
person-who = Wer
person-email-hint = Einladungen und Benachrichtigungen gehen dorthin.
person-email-in = In { $domains }. Einladungen und Benachrichtigungen gehen dorthin.
person-login-hint = Leer: was in der Adresse vor dem @ steht.
person-roles-hint = Ohne Rolle sieht ein Agent kein Ticket.
person-role-manages = Gibt Rechte der Verwaltung.
person-role-retired = { $name } (außer Dienst: gibt nichts)
person-way-in = Anmeldung
person-by-invitation = Einladen
person-by-invitation-hint = Ein Link, mit dem der Agent ein Passwort setzt. Er gilt einmal, sieben Tage lang.
person-send = Link per Mail senden
person-send-hint = Sie sehen ihn außerdem einmal auf der nächsten Seite.
person-by-password = Passwort erzeugen
person-by-password-hint = Sie sehen es einmal und geben es weiter. Bei der Anmeldung muss der Agent ein anderes wählen.
person-habits = Gewohnheiten
person-zone-hint = Zum Beispiel Europe/Berlin. Leer: die der Installation.
person-notify = Mail, wenn
person-expiry = Darf sich anmelden bis
person-expiry-hint = Von da an ist der Agent ausgesperrt, als wäre er ausgeschieden. Leer: unbegrenzt.
person-expiry-wrong = Schreiben Sie Datum und Uhrzeit, oder lassen Sie es leer.
person-mailed = Der Link ist unterwegs an { $address }.
person-once = Nur dieses eine Mal zu sehen
person-link-invitation = Einladung
person-link-reset = Link für ein neues Passwort
person-invitation-once = Er gilt einmal, sieben Tage lang, und ist nur jetzt zu sehen. Ein neuer beendet ihn.
person-reset-once = Er gilt einmal, eine Stunde lang, und ist nur jetzt zu sehen. Ein neuer beendet ihn.
person-new-password = Ein neues Passwort
person-password-once = Es ist nur jetzt zu sehen. Bei der Anmeldung muss der Agent ein anderes wählen.
person-save = Speichern
person-there = Schon hinzugefügt, eben gerade. Wenn Sie den Link oder das Passwort nicht gesehen haben, erzeugen Sie unten neu.
person-saved = Gespeichert. Es gilt ab sofort.
person-roles-saved = Die Rollen sind geändert und gelten ab sofort.
person-ties = Anderswo bekannt
person-ties-hint = Name, Adresse, Rollen aus Gruppen und das Ende des Kontos kommen von dort. Wer von dort kam, wird beim Lösen abgemeldet; verknüpft wird mit dem Befehl turnstone agent link.
person-untie = Lösen
person-untie-of = Von { $method } lösen
person-untied = Gelöst. Was von dort kam, bleibt, bis jemand es ändert. Wer sich dort wieder anmeldet, wird über die Adresse erneut verknüpft.
person-sessions-ended = Dort abgemeldet.
person-token-revoked = Der Token gilt nicht mehr.
person-restored = Wieder da. Ist das alte Passwort verloren, braucht es ein neues oder einen Link.
person-retired = Ausgeschieden. Sitzungen und Token sind beendet; der Name bleibt an allem Getanen.
person-retired-given = { $n ->
    [one] Ein offenes Ticket ging an den Kollegen.
   *[other] { $n } offene Tickets gingen an den Kollegen.
  }
person-retired-free = { $n ->
    [one] Ein offenes Ticket hat jetzt keinen Besitzer.
   *[other] { $n } offene Tickets haben jetzt keinen Besitzer.
  }
person-roles-look = Änderung ansehen
person-roles-sure = Rollen von { $name }
person-roles-save = Rollen ändern
person-invited-until = Eingeladen. Der Link gilt bis:
person-reset-until = Es gibt einen Link für ein neues Passwort. Er gilt bis:
person-must-change = Bei der nächsten Anmeldung muss ein neues Passwort gewählt werden.
person-invite-again = Neue Einladung
person-reset = Link für ein neues Passwort
person-generate = Passwort erzeugen
person-generate-hint = Alle Sitzungen enden. Sie sehen das Passwort einmal.
person-no-way-in = Solange ausgeschieden oder abgelaufen, meldet sich mit diesem Konto niemand an.
person-sessions = Angemeldet
person-this-session = dieser Browser
person-end-session = Abmelden
person-end-session-of = Abmelden bei { $address }
person-end-all = Überall abmelden
person-no-sessions = Nirgends angemeldet.
person-tokens = API-Token
person-revoke = Widerrufen
person-revoke-of = { $name } widerrufen
person-no-tokens = Es gibt keine.
person-out = Außer Dienst
person-retire = Ausscheiden lassen …
person-retire-hint = Sofort ausgesperrt; offene Tickets werden übergeben. Der Name bleibt an alten Tickets.
person-restore = Zurückholen
person-restore-hint = Die Rollen sind noch da. Alte Sitzungen und Token bleiben beendet.
retire-title = { $name } ausscheiden lassen
retire-text = Sitzungen, Token und Benachrichtigungen enden sofort.
retire-open = { $n ->
    [one] Ein offenes Ticket geht
   *[other] { $n } offene Tickets gehen
  } an
retire-open-hint = Was in Queues liegt, in denen der Kollege nicht arbeiten darf, geht an niemanden.
retire-nobody = niemanden: in den Queues angeboten
retire-none = Es gibt kein offenes Ticket zu übergeben.
retire-own-templates = Ihre eigenen Vorlagen sieht niemand; nach 30 Tagen werden sie weggeworfen, wenn die Person nicht zurückkommt.
retire-do = Ausscheiden lassen
domains-title = Erlaubte E-Mail-Domains
domains-intro = Agenten haben ihre Adresse in einer von diesen. An andere wird niemand eingeladen.
domains-label = Domains
domains-hint = Eine je Zeile, ohne @. Leer: alle. Agenten, die schon da sind, bleiben.
domains-save = Speichern
domains-are = Adressen nur in { $domains }.
domains-any = Adressen in beliebigen Domains.
domains-change = Ändern
rights-changes = Was sich ändert
rights-no-change = Dadurch gewinnt oder verliert kein Agent etwas.
rights-gain-in = { $n ->
    [one] { $who } gewinnt
   *[other] { $who } gewinnen
  } in { $queue }: { $what }
rights-lose-in = { $n ->
    [one] { $who } verliert
   *[other] { $who } verlieren
  } in { $queue }: { $what }
rights-gain = { $n ->
    [one] { $who } gewinnt
   *[other] { $who } gewinnen
  }: { $what }
rights-lose = { $n ->
    [one] { $who } verliert
   *[other] { $who } verlieren
  }: { $what }
rights-and-more = { $names } und { $n } weitere
right-read = lesen
right-note = notieren
right-reply = antworten
right-move_into = hierher verschieben
right-create = anlegen
right-owner = Besitzer ändern
right-priority = Priorität ändern
right-full = alles (voll)
installation-people = Personen und Rollen verwalten
installation-queues_and_mail = Queues und Mail verwalten
installation-recorder = Mailprotokoll sehen
installation-export = exportieren
installation-api = eigene API-Tokens anlegen
login-password-set = Ihr Passwort ist gesetzt. Melden Sie sich damit an.
link-gone-title = Dieser Link gilt nicht mehr
link-gone-text = Er wurde benutzt, durch einen neueren ersetzt, oder seine Zeit ist um. Eine Administratorin oder ein Administrator kann Ihnen einen neuen senden.
new-password-title = Passwort wählen
new-password-text = Guten Tag { $name }, wählen Sie ein neues Passwort. Überall sonst werden Sie abgemeldet.
own-password-text = Guten Tag { $name }, das Passwort, mit dem Sie sich angemeldet haben, kennt noch jemand. Wählen Sie ein eigenes.
new-password-set = Passwort setzen
invitation-heading = Willkommen bei { $org }
invitation-text = Guten Tag { $name }, wählen Sie ein Passwort, dann melden Sie sich an.
password-same = Das ist das Passwort, das noch jemand kennt. Wählen Sie ein anderes.
password-own-first = Wählen Sie zuerst ein eigenes Passwort.
mail-link-subject-invitation = Ihr Konto bei { $organisation }
mail-link-subject-reset = Ein neues Passwort bei { $organisation }
mail-link-invitation = Sie haben ein Konto beim Helpdesk von { $organisation }. Ihr Anmeldename ist { $login }. Öffnen Sie diesen Link, um Ihr Passwort zu wählen:
mail-link-reset = { $organisation } lässt Sie ein neues Passwort für den Anmeldenamen { $login } wählen. Öffnen Sie diesen Link:
mail-link-end-invitation = Er gilt einmal, sieben Tage lang.
mail-link-end-reset = Er gilt einmal, eine Stunde lang. Haben Sie nicht darum gebeten, sagen Sie es der Administration.
refused-last-admin = Das wäre das Ende des letzten Agenten, der sich anmelden und Personen verwalten kann. Geben Sie dieses Recht zuerst jemand anderem.
refused-agent-gone = { $name } ist ausgeschieden oder abgelaufen. Holen Sie das Konto zuerst zurück.
refused-agent-there = { $name } ist nicht ausgeschieden.
refused-hand-over = Wählen Sie jemanden, der sich anmelden kann.
refused-role-gone = Eine dieser Rollen ist nicht in Gebrauch. Laden Sie die Seite neu.
refused-language = Wählen Sie eine der angebotenen Sprachen.
refused-domain = „{ $name }“ ist keine Domain. Schreiben Sie sie wie example.org.
refused-domains = Höchstens { $most } Domains.
refused-foreign-domain = Agenten haben ihre Adresse in { $domains }. Nehmen Sie eine solche, oder erlauben Sie eine weitere Domain.
former-agent = Früherer Agent { $n }
erase-agent-login = Anmeldename
erase-agent-tickets = Tickets, die diese Person nennen
erase-agent-intro = Das lässt sich nicht rückgängig machen. Was diese Person getan hat, bleibt, getan von „Früherer Agent“.
erase-agent-goes = Name, Anmeldename, Adresse, Passwort, Passkeys, Sitzungen, Token, Einstellungen, eigene Vorlagen, Entwürfe und gespeicherte Suchen verschwinden, ebenso ursprüngliche Mails, in denen Name oder Adresse stehen. Der volle Name, auch frühere, und die Adresse werden aus Texten und ausgehenden Mails genommen; ein Vorname allein bleibt, ebenso ein Name oder eine Adresse, die noch jemand anders hat.
erase-agent-stays = Was an Kunden geschrieben wurde, bleibt, ohne Namen. Das Audit-Log behält den Anmeldenamen, bis seine eigene Zeit um ist: Es beweist, wer was getan hat. Ihre Regeln und Sicherungen werden nicht durchsucht. Wer mit derselben Adresse unter Kunden steht, wird dort gelöscht.
erase-agent-hint = Wenn niemand mehr wissen muss, wer das war, lässt sich das Konto endgültig löschen.
refused-erase-agent-unsure = Sagen Sie, dass Sie sicher sind.
refused-erase-agent-there = { $name } ist noch im Dienst. Legen Sie das Konto zuerst still; dann lässt es sich löschen.
agent-erased = Gelöscht. Was diese Person getan hat, bleibt, ohne Namen.
