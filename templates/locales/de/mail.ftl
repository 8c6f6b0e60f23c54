# Das Protokoll und der Postausgang.
recorder-title = Eingehende E-Mails
recorder-intro = Jede E-Mail, die uns erreicht hat, was aus ihr wurde und warum. Nichts verschwindet ohne eine Zeile hier.
recorder-received = Empfangen
recorder-show = Anzeigen
recorder-all = Alle
recorder-new = Neue Tickets
recorder-follow-up = Antworten
recorder-quarantined = Quarantäne
recorder-empty = Es ist noch keine E-Mail angekommen
recorder-empty-hint = Senden Sie eine E-Mail an die Adresse einer Queue. Sie wird in Sekunden zum Ticket.
quarantine = Quarantäne
quarantine-hint = Diese konnten nicht einsortiert werden. Sie bleiben hier, bis Sie es erneut versuchen.
from-at-size = Absender: { $sender }, { $clock }, { $size }
sender-null = automatischer Absender
no-subject = (kein Betreff)
retry = Erneut versuchen
look = Ansehen
open-ticket = Ticket { $number } öffnen
mail-quarantined = Diese E-Mail wartet in der Quarantäne.
mail-steps = Was mit ihr geschah
mail-envelope = Wie sie kam
mail-source = Quelle
mail-envelope-from = Absender des Umschlags
mail-recipients = Empfänger
mail-message-id = Message-ID
mail-auto-response = Bestätigung
mail-raw = Die E-Mail im Original
mail-raw-cut = Hier steht nur der Anfang. Laden Sie die E-Mail herunter, um alles zu sehen.
download = Herunterladen
disposition-none = Wartet auf Verarbeitung
disposition-new = Neues Ticket { $ticket }
disposition-follow_up = Zu { $ticket } hinzugefügt
disposition-duplicate = Dieselbe E-Mail wie zuvor, einmal behalten
disposition-ignored = Ignoriert
disposition-quarantined = In Quarantäne

outbox-title = Ausgehende E-Mails
outbox-intro = Jede E-Mail, die uns verlässt, und wie es um sie steht.
outbox-mails = E-Mails
outbox-all = Alle
outbox-kind = Art
outbox-kind-reply = Antwort
outbox-kind-auto_response = Bestätigung
outbox-kind-notification = Benachrichtigung
outbox-of-digest = Neuigkeiten, in einer E-Mail gesammelt
outbox-of-security = Neues dazu, wie sich jemand anmeldet
outbox-of-another = Zu einem Ticket, das Sie nicht lesen dürfen
outbox-when = Wann
outbox-empty = Hier ist nichts
outbox-empty-hint = Antworten, Bestätigungen und Benachrichtigungen erscheinen hier, während und nachdem sie hinausgehen.

# E-Mails, die Turnstone schreibt
mail-hello = Guten Tag { $name },
mail-ticket = Ticket:
mail-subject = Betreff:
mail-queue = Queue:
mail-customer = Kunde:
mail-switch-off = Sie bekommen diese E-Mail aufgrund Ihrer Einstellungen:

# Was eine Benachrichtigung sagt; zugleich der Anfang ihres Betreffs
notice-new-ticket = Neues Ticket { $number } in { $queue }:
notice-follow-up = Neue Antwort zu Ticket { $number }:
notice-follow-ups = { $count } neue Antworten zu Ticket { $number }:
notice-lock-timeout = Ihre Sperre auf Ticket { $number } ist abgelaufen:
notice-move = Ticket { $number } wurde nach { $queue } verschoben:
notice-reminder = Erinnerung an Ticket { $number }:
notice-delivery-failure = Eine Antwort zu Ticket { $number } kam nicht an:
notice-taken-over = Ticket { $number } wurde von Ihnen übernommen:
notice-mention = Sie werden in einer Notiz zu Ticket { $number } genannt:
notice-assigned = Ticket { $number } wurde Ihnen zugewiesen:
# Was eine Handlung mit vielen Tickets tat
notice-bulk-move = { $count } Tickets wurden nach { $queue } verschoben
notice-bulk-assigned = { $count } Tickets wurden Ihnen zugewiesen
notice-bulk-mention = Sie werden in einer Notiz zu { $count } Tickets genannt
notice-bulk-other = { $count } Tickets haben sich auf einmal geändert
mail-digest = { $n ->
    [one] { $n } Ereignis seit der letzten E-Mail
   *[other] { $n } Ereignisse seit der letzten E-Mail
}
mail-digest-more = { $n ->
    [one] … und { $n } weiteres:
   *[other] … und { $n } weitere:
}

# Was sich daran geändert hat, wie ein Agent hereinkommt; Betreff und erster Satz einer E-Mail
security-passkey-added = Der Passkey „{ $name }“ wurde zu Ihrem Konto hinzugefügt
security-passkey-removed = Der Passkey „{ $name }“ wurde aus Ihrem Konto entfernt
security-app-added = Eine Authenticator-App wurde zu Ihrem Konto hinzugefügt
security-app-removed = Die Authenticator-App wurde aus Ihrem Konto entfernt
security-factor-reset = Ihr zweiter Faktor wurde zurückgesetzt: App, Passkeys und Wiederherstellungscodes sind weg
security-codes-renewed = Für Ihr Konto gibt es neue Wiederherstellungscodes; die früheren gelten nicht mehr
security-token-made = Für Ihr Konto wurde das API-Token „{ $name }“ erstellt
security-token-ended = Das API-Token „{ $name }“ gilt nicht mehr
security-password = Das Passwort Ihres Kontos wurde geändert
security-address = Die E-Mail-Adresse Ihres Kontos wurde geändert in { $name }
security-tied = Ihr Konto wurde mit einer weiteren Anmeldung verbunden: { $name }
security-untied = Ihr Konto ist nicht mehr mit dieser Anmeldung verbunden: { $name }
security-when = Wann:
security-from = Von der Adresse:
security-browser = Browser oder Programm:
security-by = Geändert von:
security-machine = Geändert auf dem Server selbst: über die Befehlszeile oder durch ein Verzeichnis.
security-you = Wenn Sie davon wissen, brauchen Sie nichts zu tun.
security-not-you = Wenn nicht, wählen Sie sofort ein anderes Passwort (erster Link), sehen Sie Ihre Passkeys und Codes durch (zweiter Link) und sagen Sie es einem Administrator Ihres Helpdesks.
security-always = Diese E-Mail schützt Ihr Konto und lässt sich nicht abschalten.
