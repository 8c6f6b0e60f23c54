# Die Einrichtung nach ihrer ersten Seite
wizard-intro = Lassen Sie aus, was Sie möchten: Es wartet auf Sie, und jeder Schritt ist auch eine Seite der Verwaltung.
wizard-progress = { $done } von { $all } Schritten sind getan.
wizard-look = Organisation und Aussehen
wizard-in = Mail herein
wizard-out = Mail hinaus
wizard-queues = Queues
wizard-people = Kollegen
wizard-done = Getan.
wizard-agents = { $n ->
    [one] Ein Agent
   *[other] { $n } Agenten
  }
wizard-left = Für später gelassen.
wizard-open = Noch nicht.
wizard-closed = Diesen Schritt macht, wer Queues und Mail verwalten darf. Sie können ihn auslassen.
wizard-go = Dorthin
wizard-on = Hier nichts hinzufügen
wizard-later = Später
wizard-leave = Zur Übersicht; die Einrichtung wartet
wizard-dashboard = Zur Übersicht
wizard-dismiss = Nicht mehr daran erinnern
wizard-notice = Einrichtung: { $done } von { $all } Schritten sind getan.
wizard-notice-link = Weiter
wizard-addresses = Adressen der Queue { $queue }
wizard-addresses-hint = Eine je Zeile. Mail an sie wird zu Tickets.
wizard-in-save = Speichern und weiter
wizard-server = Von einem Mailserver
wizard-server-hint = Ein Mailserver auf diesem Rechner oder davor übergibt Mail hier:
wizard-server-none = Keine Annahme ist an: Setzen Sie SMTP_LISTEN oder LMTP_LISTEN, oder holen Sie Mail aus einem Postfach.
wizard-postfix = Lassen Sie Postfix Mail für die Domain annehmen (relay_domains), schreiben Sie dies in /etc/postfix/transport, nennen Sie es in transport_maps und rufen Sie postmap auf:
wizard-mailbox = Aus einem Postfach
wizard-mailbox-hint = Oder Mail wird per IMAP von dort geholt, wo sie heute ankommt. Was dort liegt, wird zu Tickets.
wizard-mailbox-add = Speichern und hineinsehen
wizard-mailbox-more = POP3, Maildir, OAuth2 …
wizard-queue-hint = Etwa Buchhaltung. Support gibt es schon.
wizard-queue-address = Ihre Adresse
wizard-queue-add = Queue anlegen
wizard-colleagues = Kollegen
wizard-colleagues-hint = Einer je Zeile, etwa: Dana Kim, dana@example.org.
wizard-role = Was sie dürfen
wizard-role-none = Wählen Sie eine Rolle
wizard-invite = Einladen
wizard-no-relay = Es ist kein Relay eingestellt: Mails warten, bis es eines gibt. Geben Sie die Links so lange selbst weiter.
wizard-invited = { $n ->
    [one] Ein Kollege ist eingeladen. Geben Sie den Link weiter:
   *[other] { $n } Kollegen sind eingeladen. Geben Sie die Links weiter:
  }
wizard-invited-mailed = { $n ->
    [one] Ein Kollege ist per E-Mail eingeladen. Der Link, falls sie nicht ankommt:
   *[other] { $n } Kollegen sind per E-Mail eingeladen. Die Links, falls sie nicht ankommen:
  }
refused-addresses-changed = Jemand hat die Adressen inzwischen geändert. Sehen Sie sie auf der Seite der Queue an, und öffnen Sie diesen Schritt neu.
refused-colleagues = Schreiben Sie einen Kollegen in jede Zeile, höchstens { $most }.
refused-colleague = In „{ $line }“ steht keine Adresse. Schreiben Sie es so: Dana Kim, dana@example.org.
refused-colleague-there = Es gibt schon einen Agenten mit der Adresse { $address }.
refused-colleague-because = „{ $line }“: { $why } Niemand wurde eingeladen.
