# Worauf eine Bedingung sieht
filter-on-subject = Betreff
filter-on-from = Absender
filter-on-to = Empfänger
filter-on-address = irgendeine Adresse
filter-on-body = Text
filter-on-header = Kopfzeile
filter-on-named-header = Kopfzeile { $name }
filter-on-envelope_from = Absender des Umschlags
filter-on-envelope_to = Empfänger des Umschlags
filter-on-classification = Art der E-Mail
filter-on-attachment_name = Name des Anhangs
filter-on-attachment_type = Typ des Anhangs
filter-on-spam = Spam-Urteil
filter-on-spam_score = Spam-Punkte
filter-on-spf = SPF
filter-on-dkim = DKIM
filter-on-dmarc = DMARC
filter-on-size = Größe

# Wie sie vergleicht
filter-test-contains = enthält
filter-test-contains_not = enthält nicht
filter-test-is = ist
filter-test-is_not = ist nicht
filter-test-begins = beginnt mit
filter-test-ends = endet mit
filter-test-matches = passt auf das Muster
filter-test-matches_not = passt nicht auf das Muster
filter-test-exists = ist vorhanden
filter-test-missing = fehlt
filter-test-at_least = ist mindestens
filter-test-at_most = ist höchstens
filter-says = { $on } { $test } { $value }
filter-says-bare = { $on } { $test }
filter-quoted = „{ $text }“
filter-kb = { $n } kB

# Womit
filter-kind-person = von einer Person
filter-kind-auto_reply = eine automatische Antwort
filter-kind-bounce = ein Zustellbericht
filter-kind-list = eine Mailingliste
filter-kind-own_echo = von unserer eigenen Adresse
filter-spam-yes = Spam
filter-spam-no = kein Spam
filter-spam-unknown = nicht geprüft
filter-result-pass = pass
filter-result-fail = fail
filter-result-softfail = softfail
filter-result-neutral = neutral
filter-result-none = none
filter-result-unknown = unbekannt

# Was eine Regel tut
filter-gone = (nicht mehr da)
filter-does-ignore = ignorieren
filter-does-quarantine = in Quarantäne legen
filter-does-queue = Queue { $name }
filter-does-priority = Priorität { $name }
filter-does-state = Status { $name }
filter-does-state-hours = Status { $name } für { $n } Std.
filter-does-owner = Besitzer { $name }
filter-does-tag = Schlagwort { $tag }
filter-does-customer = Kunde { $address }
filter-does-customer-header = Kunde aus Kopfzeile { $name }
filter-does-quiet = keine automatische Antwort

# Was abgelehnt wird
filter-refused-many = Es kann höchstens { $most } Regeln geben. Löschen Sie einige, oder fassen Sie mehrere zusammen.
filter-refused-name = Geben Sie der Regel einen Namen. Das Protokoll nennt ihn bei jeder E-Mail, auf die sie passt.
filter-refused-name-long = Ein Name hat bis zu { $most } Zeichen in einer Zeile.
filter-refused-name-taken = Eine andere Regel hat diesen Namen. Wählen Sie einen anderen.
filter-refused-conditions = Eine Regel hat bis zu { $most } Bedingungen. Machen Sie aus dem Rest eine zweite Regel.
filter-refused-header = Nennen Sie die Kopfzeile, wie sie in der E-Mail steht, ohne Doppelpunkt: X-Priority.
filter-refused-test = So lässt sich das nicht vergleichen. Wählen Sie eines von: { $words }.
filter-refused-word = Wählen Sie eines von: { $words }.
filter-refused-number = Geben Sie eine Zahl ein, die nicht negativ ist: 500 für eine Größe in kB, 5.5 für Punkte.
filter-refused-empty = Geben Sie ein, womit verglichen werden soll.
filter-refused-pattern-long = Geben Sie bis zu { $most } Zeichen ein.
filter-refused-pattern-large = Dieses Muster ist zu groß. Kürzen Sie seine Wiederholungen, etwa {"{"}1,1000{"}"}.
filter-refused-pattern = Das ist kein Muster: { $why }.
filter-refused-together = Alle Muster für einen Teil der E-Mail sind zusammen zu groß. Kürzen Sie einige, oder löschen Sie Regeln.
filter-refused-nothing = Wählen Sie mindestens etwas, das die Regel tut.
filter-refused-queue = Diese Queue gibt es nicht. Wählen Sie eine andere.
filter-refused-owner = Diesen Agenten gibt es nicht. Wählen Sie einen anderen.
filter-refused-priority = Wählen Sie eine Priorität von sehr niedrig bis dringend.
filter-refused-state = Eine Regel kann auf offen, wartend und geschlossen setzen.
filter-refused-hours = Geben Sie ein, wie viele Stunden das Ticket wartet, 1 bis { $most }.
filter-refused-tags = Geben Sie bis zu { $most } Schlagwörter von bis zu { $long } Zeichen ein, mit Kommas dazwischen.
filter-refused-customer = Geben Sie eine E-Mail-Adresse ein, oder den Namen einer Kopfzeile ohne Doppelpunkt.
filter-refused-stale = { $name } hat inzwischen Version { $version } gespeichert. Laden Sie die Seite neu und ändern Sie dort.
refused-not-aside = Keine Regel hat diese E-Mail beiseitegelegt, also gibt es nichts einzulassen. Versuchen Sie es erneut, falls sie in der Quarantäne wartet.

# Worauf hingewiesen wird
filter-remark-behind-all = Wird nie erreicht: „{ $name }“ darüber passt auf jede E-Mail und beendet die Liste.
filter-remark-behind = Wird nie erreicht: „{ $name }“ darüber passt auf jede dieser E-Mails und beendet die Liste.
filter-remark-contradiction = Passt nie: „{ $one }“ und „{ $other }“ können nicht beide stimmen.
filter-remark-empty-class = Passt nie: Auf das Muster „{ $pattern }“ kann kein Text passen.
filter-remark-queue-gone = Ihre Queue gibt es nicht mehr. Wählen Sie eine andere.
filter-remark-queue-retired = Die Queue { $name } ist stillgelegt und nimmt keine Tickets. Wählen Sie eine andere.
filter-remark-owner-gone = Ihren Agenten gibt es nicht mehr. Wählen Sie einen anderen.
filter-remark-owner-retired = { $name } darf sich nicht anmelden und bekommt keine Tickets. Wählen Sie jemand anderen.
filter-remark-customer = Der Kunde wird nur bei neuen Tickets gesetzt, und diese Regel gilt nur für Antworten.
filter-remark-aside = Die E-Mail geht nirgends hin; was diese Regel sonst tut, geschieht also nie.

# Die Seite
filters-title = Filter
filters-intro = Regeln sehen jede E-Mail an, bevor sie zum Ticket wird oder zu einem kommt. Sie werden von oben nach unten gefragt; was eine spätere sagt, gilt vor dem früheren.
filters-empty = Noch keine Regel
filters-empty-hint = Eine Regel kann Rechnungen in eine eigene Queue leiten, E-Mails eines Partners ein Schlagwort geben oder die E-Mails einer Überwachung fernhalten. Fügen Sie eine hinzu und probieren Sie sie an den vorhandenen E-Mails aus, bevor sie gilt.
filter-rules = Regeln
filter-version-by = Version { $n } von { $name }
filter-add = Regel hinzufügen
filter-new = Neu
filter-edit = Regel ändern
filter-off = ausgeschaltet
filter-stops = beendet die Liste
filter-if = Wenn
filter-then = dann
filter-and = { " und " }
filter-or = { " oder " }
filter-every-mail = irgendeine E-Mail kommt
filter-does-nothing = nichts, nur die Liste beenden
filter-up = { $name } nach oben
filter-down = { $name } nach unten
filter-switch-off = Ausschalten
filter-switch-off-name = { $name } ausschalten
filter-switch-on = Einschalten
filter-switch-on-name = { $name } einschalten
filter-delete = Löschen
filter-delete-name = { $name } löschen
filter-deleted = Die Regel ist gelöscht.
filter-saved = Als Version { $n } gespeichert. Sie gilt ab jetzt für jede E-Mail.
filter-yes = ja
filter-no = nein

# Das Formular einer Regel
filter-rule = Regel
filter-name = Name
filter-name-hint = Das Protokoll nennt ihn bei jeder E-Mail, auf die sie passt.
filter-enabled = Eingeschaltet
filter-mails-new = neue Tickets
filter-mails-follow_up = Antworten zu Tickets
filter-mails-both = alle E-Mails
filter-all-hold = Alle treffen zu
filter-any-holds = Eine davon trifft zu
filter-condition = Bedingung { $n }
filter-no-conditions = Ohne Bedingung gilt die Regel für jede E-Mail.
filter-c-on = Worauf zu sehen ist
filter-c-choose = Wählen…
filter-c-header = Name der Kopfzeile
filter-c-test = Wie zu vergleichen ist
filter-c-value = Womit
filter-c-result = Ergebnis
filter-c-add = Bedingung hinzufügen
filter-c-drop = Bedingung { $n } entfernen
filter-c-hint = Groß und klein gelten gleich. Eine Größe ist in kB. Ein Muster ist ein regulärer Ausdruck wie Rechnung\s+\d+.
filter-aside = Die E-Mail
filter-aside-none = wird zum Ticket oder kommt zu einem
filter-aside-ignore = wird ignoriert; das Protokoll behält sie
filter-aside-quarantine = wartet in der Quarantäne auf einen Menschen
filter-unchanged = Lassen, wie es ist
filter-retired-choice = { $name } (stillgelegt)
filter-hours = Wartet Stunden
filter-hours-hint = Für wartende Status: wann der Besitzer erinnert wird oder das Ticket schließt.
filter-tags-hint = Mit Kommas dazwischen.
filter-customer = Kunde
filter-customer-hint = Eine Adresse. Nur bei neuen Tickets.
filter-customer-header = Kunde aus Kopfzeile
filter-customer-header-hint = Ihr Name, etwa X-Customer-Email.
filter-stop = Die Liste hier beenden
filter-stop-hint = Regeln darunter werden für eine passende E-Mail nicht mehr gefragt.
filter-save = Regel speichern
filter-check = Etwas muss noch geändert werden, bevor gespeichert werden kann.

# Teile einer Regel und dessen, was vorhergesagt wird
filter-part-enabled = Eingeschaltet
filter-part-mails = Gilt für
filter-part-when = Wann
filter-part-does = Was geschieht
filter-part-stop = Beendet die Liste
filter-part-becomes = Wird
filter-part-queue = Queue
filter-part-priority = Priorität
filter-part-state = Status
filter-part-owner = Besitzer
filter-part-tags = Schlagwörter
filter-becomes-new = ein neues Ticket
filter-becomes-follow_up = eine Antwort
filter-becomes-duplicate = eine Kopie, einmal behalten
filter-becomes-ignored = ignoriert
filter-becomes-quarantined = in Quarantäne gelegt
filter-nobody = niemand
filter-no-tags = keine

# Ausprobieren
filter-try = Ausprobieren
filter-try-hint = Was täten die Regeln mit den E-Mails, die kamen? Sie werden neu gelesen und durchgespielt, einmal ohne und einmal mit den Regeln. Nichts wird geändert.
filter-try-how-many = Wie viele E-Mails
filter-newest = { $n ->
    [one] die neueste E-Mail
   *[other] die neuesten { $n } E-Mails
  }
filter-try-do = Probieren
filter-try-again = Erneut probieren
filter-try-no-right = Um Regeln an gespeicherten E-Mails zu probieren, müssen Sie auch das Protokoll sehen und alle Queues lesen dürfen: Betreffe, Absender und der Stand der Tickets werden gezeigt.
filter-try-current = Die geltenden Regeln, verglichen mit keinen Regeln.
filter-try-version = Version { $n }, verglichen mit den geltenden Regeln.
filter-try-version-hint = Was würde diese Version ändern, verglichen mit den geltenden Regeln?
filter-try-draft = Die Liste mit dieser Regel, wie sie oben steht, verglichen mit den geltenden Regeln.
filter-try-nothing-written = Nichts wurde geändert.
filter-tried = { $n ->
    [0] Es gibt noch keine E-Mail.
    [one] Eine E-Mail wurde angesehen.
   *[other] { $n } E-Mails wurden angesehen.
  }
filter-report = E-Mails, für die sich etwas ändert
filter-report-took = Es dauerte { $n } s.
filter-report-mail = E-Mail
filter-report-before = Vorher
filter-report-after = Nachher
filter-report-more = { $n } weitere werden nicht gezeigt.
filter-report-nothing = Für keine dieser E-Mails ändert sich etwas.
filter-report-rules = Wie oft jede Regel zutraf
filter-matched = { $n ->
    [one] bei einer E-Mail
   *[other] bei { $n } E-Mails
  }
filter-not-seen = { $n ->
    [one] bei der einen E-Mail nicht
   *[other] bei keiner von { $n } E-Mails
  }

# Versionen
filter-versions = Versionen
filter-versions-intro = Jede Änderung der Regeln wird aufgehoben. Jede Version lässt sich zurückholen.
filter-versions-empty = Noch nichts gespeichert
filter-versions-empty-hint = Die erste Regel, die Sie speichern, wird Version 1.
filter-version = Version { $n }
filter-in-force = gilt
filter-restored = Version { $n } zurückgeholt
filter-restore = Diese Version zurückholen
filter-version-changes = Was sie änderte
filter-version-rules = Alle ihre Regeln
filter-version-none = Diese Version hat keine Regeln.
filter-no-changes = Nichts unterscheidet sich von der Version davor.
filter-change-added = „{ $name }“ wurde hinzugefügt
filter-change-removed = „{ $name }“ wurde gelöscht
filter-change-edited = „{ $name }“ wurde geändert
filter-change-moved = „{ $name }“ rückte von Platz { $from } auf Platz { $to }

# Im Protokoll
filter-let-in = Einlassen
filter-let-in-hint = Eine Regel hat diese E-Mail beiseitegelegt. Lassen Sie sie ein, und sie wird einsortiert, als gäbe es diese Regel nicht; die anderen gelten.
step-filter = Filter
