# Was geht und was nicht
diagnostics-title = Diagnose
diagnostics-side = System
diagnostics-intro = Was geht, was nicht, und was zu tun ist: dasselbe wie „turnstone doctor“ auf der Kommandozeile.
diagnostics-here = Diese Installation
diagnostics-outside = Relay, Nameserver, Anmeldung anderswo
diagnostics-outside-text = Sie werden erst auf Wunsch gefragt: Das dauert bis zu sechs Sekunden.
diagnostics-ask = Jetzt fragen
diagnostics-again = Noch einmal nachsehen
diagnostics-all-good = Alles geht.
diagnostics-todo = { $n ->
    [one] Eine Sache braucht Ihre Aufmerksamkeit.
   *[other] { $n } Dinge brauchen Ihre Aufmerksamkeit.
  }
weight-good = Gut
weight-warning = Ansehen
weight-bad = Geht nicht
doctor-about-version = Version
doctor-about-data-directory = Datenverzeichnis
doctor-about-disk = Speicherplatz
doctor-about-server = Server
doctor-about-certificate = Zertifikat
doctor-about-origin-of-mail = Herkunft der Mails
doctor-about-address = Adresse
doctor-about-roles = Rollen des Prozesses
doctor-about-database = Datenbank
doctor-about-clock = Uhr
doctor-about-audit = Protokoll
doctor-about-search = Suchindex
doctor-about-people = Personen
doctor-about-queues = Queues
doctor-about-backup = Sicherung
doctor-about-mail-in = Mail herein
doctor-about-mail-out = Mail hinaus
doctor-about-mailbox = Postfach
doctor-about-relay = Relay
doctor-about-returns = Rückläufer
doctor-about-signature = Signatur
doctor-about-dns = DNS
doctor-about-directory = Verzeichnis
doctor-about-sign-in = Anmeldung
doctor-version = Turnstone { $version }
doctor-directory = { $folder } ist beschreibbar
doctor-directory-locked = { $folder } ist nicht beschreibbar ({ $error })
doctor-do-directory-locked = Legen Sie es an und geben Sie es dem Benutzer, unter dem Turnstone läuft, rufen Sie den Befehl als dieser Benutzer auf, oder setzen Sie DATA_DIR.
doctor-disk = genug Platz: { $gigabytes } GB sind frei
doctor-disk-full = { $folder } hat { $free } MB frei, weniger als die { $reserve } MB, die frei bleiben: Es wird keine Mail angenommen
doctor-do-disk-full = Schaffen Sie Platz: Bis dahin wird keine Mail angenommen. Mehr ist nicht nötig.
doctor-disk-unseen = der freie Platz lässt sich nicht ansehen ({ $error })
doctor-do-disk-unseen = Lassen Sie den Server das Datenverzeichnis und den Ordner der Datenbank lesen.
doctor-server = turnstone serve läuft
doctor-server-elsewhere = nicht gefragt: Mit PostgreSQL kann er auf jeder Maschine laufen; siehe dessen /readyz
doctor-server-none = turnstone serve läuft in diesem Datenverzeichnis nicht
doctor-do-server-none = Starten Sie ihn: turnstone serve.
doctor-certificate = { $file } ist brauchbar
doctor-certificate-until = { $file } gilt noch { $n } Tage, bis { $end }
doctor-certificate-wrong = { $error }
doctor-do-certificate-wrong = Berichtigen Sie TLS_CERT und TLS_KEY.
doctor-certificate-ends = { $file } läuft in { $n } Tagen ab, am { $end }
doctor-do-certificate-ends = Erneuern Sie es, und sehen Sie nach, warum es nicht von selbst erneuert wurde. Die neue Datei wird ohne Neustart übernommen.
doctor-certificate-over = { $file } ist am { $end } abgelaufen: Browser lehnen es ab
doctor-do-certificate-over = Erneuern Sie es jetzt. Die neue Datei wird ohne Neustart übernommen.
doctor-origin = SMTP_LISTEN nimmt Mail von anderen Maschinen an, und niemand prüft SPF, DKIM und DMARC
doctor-do-origin = Setzen Sie DNS_RESOLVER auf system, oder AUTHSERV_ID auf den Namen des Mailservers davor, der es tut.
doctor-address = Links in Mails führen zu { $url }; das geht nur auf dieser Maschine
doctor-do-address = Setzen Sie PUBLIC_URL auf die Adresse, die man eintippt, etwa https://help.example.org.
doctor-roles = dieser Prozess macht nur { $roles }, und mit SQLite kann kein anderer den Rest tun
doctor-do-roles = Entfernen Sie ROLES, oder nehmen Sie PostgreSQL.
doctor-database = { $database } antwortet
doctor-no-database = { $database } ist nicht brauchbar: { $error }
doctor-do-no-database = Berichtigen Sie DATABASE_URL, oder starten Sie die Datenbank.
doctor-clock = sie steht nicht vor dem zuletzt Geschriebenen
doctor-clock-back = sie zeigt { $now }, aber um { $newest } wurde etwas geschrieben: Sie wurde zurückgestellt
doctor-do-clock-back = Stellen Sie die Uhr der Maschine, und lassen Sie sie nachführen (chrony, systemd-timesyncd).
doctor-clock-apart = sie zeigt { $now }, die Uhr des Datenbankservers { $there }: Eine von beiden geht falsch
doctor-do-clock-apart = Lassen Sie die Uhren beider Maschinen nachführen (chrony, systemd-timesyncd).
doctor-clock-behind = sie scheint nachzugehen: Von { $n } Personen, deren Mail zuletzt kam, hat mehr als die Hälfte sie mindestens { $minutes } min später datiert, als sie kam
doctor-do-clock-behind = Vergleichen Sie sie mit einer anderen Uhr, und lassen Sie sie nachführen (chrony, systemd-timesyncd). Geht sie richtig, verschwindet dies mit den nächsten Mails.
doctor-index = jedes Ticket ist auffindbar
doctor-index-left = { $n ->
    [one] ein Ticket wird noch nicht gefunden
   *[other] { $n } Tickets werden noch nicht gefunden
  }
doctor-do-index-left = Der Index wird gebaut. Bleibt die Zahl stehen, fehlt ein Prozess mit der Rolle worker; dessen Log sagt, was ihn aufhält.
doctor-people = { $n ->
    [one] 1 Agent
   *[other] { $n } Agenten
  }
doctor-nobody = es gibt keinen Agenten
doctor-do-nobody = Rufen Sie turnstone setup auf, oder öffnen Sie den Link, den turnstone serve ausgibt.
doctor-queues = Queues in Gebrauch: { $queues }, ihre Adressen: { $addresses }
doctor-no-queue = es gibt keine Queue
doctor-do-no-queue = Legen Sie eine in der Verwaltung an, oder: turnstone queue add --name Support --address support@…
doctor-no-address = keine Queue hat eine Mailadresse, also wird jede Mail mit 451 aufgeschoben
doctor-do-no-address = Geben Sie einer eine Adresse: in der Verwaltung, oder turnstone queue add --name … --address ….
doctor-backup = { $n ->
    [0] von heute
    [1] von gestern
   *[other] vor { $n } Tagen
  }
doctor-backup-old = die letzte ist { $n } Tage alt
doctor-do-backup-old = Sehen Sie nach, warum die Sicherung nicht läuft. Ist sie fertig, muss sie { $file } berühren (touch).
doctor-backup-unknown = niemand weiß, ob es eine gibt
doctor-do-backup-unknown = Sichern Sie die Installation täglich: turnstone backup create --to ORDNER, oder wie es das Betreiberhandbuch sagt, mit einem Skript, das am Ende { $file } berührt (touch).
doctor-in = nichts wartet
doctor-in-waits = { $n ->
    [one] eine angenommene Mail wartet, seit { $minutes } min
   *[other] { $n } angenommene Mails warten, die älteste seit { $minutes } min
  }
doctor-do-in-waits = Läuft ein Prozess mit der Rolle worker? Dessen Log sagt, was ihn aufhält.
doctor-quarantine = { $n ->
    [one] eine Mail konnte nicht verarbeitet werden
   *[other] { $n } Mails konnten nicht verarbeitet werden
  }
doctor-do-quarantine = Sehen Sie im Mail-Protokoll nach; jede hat ihren Grund und einen Knopf zum Wiederholen.
doctor-out = nichts wartet
doctor-out-on-its-way = { $n } unterwegs
doctor-out-waits = { $n ->
    [one] eine Mail wartet auf den Versand, seit { $minutes } min
   *[other] { $n } Mails warten auf den Versand, die älteste seit { $minutes } min
  }
doctor-do-out-waits = Die Seite „Postausgang“ sagt, was das Relay geantwortet hat. Sie gehen von selbst hinaus, wenn es wieder da ist.
doctor-out-failed = { $n ->
    [one] eine Mail wurde endgültig abgelehnt
   *[other] { $n } Mails wurden endgültig abgelehnt
  }
doctor-do-out-failed = Ihre Tickets zeigen warum, mit einem Knopf zum erneuten Senden.
doctor-mailbox = in { $name } wird nachgesehen
doctor-mailbox-rests = { $name } ruht
doctor-mailbox-silent = { $name } gibt seit { $minutes } min keine Mail. { $trouble }
doctor-do-mailbox-silent = Es wird von selbst wieder versucht. Verwaltung, Postfächer zeigt jeden Schritt mit einer Testmail.
doctor-mailbox-left = in { $name } wurde seit { $minutes } min nicht nachgesehen
doctor-do-mailbox-left = Läuft ein Prozess mit der Rolle mail? Dessen Log sagt, was ihn aufhält.
doctor-mailbox-stuck = { $name }: der Server gibt { $n } Mails nicht heraus
doctor-do-mailbox-stuck = Sehen Sie sie mit einem Mailprogramm an; was sich dort nicht öffnen lässt, ist auf dem Server beschädigt.
doctor-relay = { $relay } antwortet unter { $address }
doctor-no-relay = keines eingestellt; ausgehende Mail wartet im Postausgang
doctor-do-no-relay = Stellen Sie eines in der Verwaltung unter Relay ein, oder setzen Sie SMTP_RELAY, etwa smtp://127.0.0.1:25.
doctor-relay-sealed = das Passwort des Relays lässt sich nicht öffnen; ausgehende Mail wartet im Postausgang
doctor-do-relay-sealed = Geben Sie es in der Verwaltung unter Relay neu ein, oder stellen Sie secret.key wieder her.
doctor-relay-away = { $relay } ist nicht erreichbar ({ $error }); ausgehende Mail wartet
doctor-do-relay-away = Starten Sie dort den Mailserver, berichtigen Sie SMTP_RELAY, oder öffnen Sie die Firewall.
doctor-silent = keine Antwort binnen { $seconds } s
doctor-nameless = der Name hat keine Adresse
doctor-returns = das Relay nimmt an, was für { $address } zurückkommt
doctor-returns-refused = das Relay lehnt ab, was für { $address } hinter einem + zurückkommt: { $why }
doctor-do-returns-refused = Setzen Sie recipient_delimiter = + im Mailserver davor, oder RECIPIENT_DELIMITER auf off.
doctor-signature = Mails von { $domain } werden signiert; das muss im DNS stehen: { $record }
doctor-signature-wrong = { $error }
doctor-do-signature-wrong = Berichtigen Sie DKIM_KEY; bis dahin startet serve nicht.
doctor-dns = { $domain } sagt, wer für die Domain senden darf
doctor-audit = am Ende des Protokolls fehlt kein Eintrag
doctor-audit-cut = das Ende des Protokolls fehlt: der Eintrag, der vor Kurzem der neueste war, ist nicht mehr da
doctor-do-audit-cut = Wurde die Datenbank aus einer älteren Sicherung wiederhergestellt oder vor { $file } kopiert, entfernen Sie diese Datei. Wenn nicht, hat jemand Einträge weggenommen: Rufen Sie turnstone audit verify auf, und vergleichen Sie mit dem Ort, an den AUDIT_LOG sie sendet.
doctor-audit-blind = niemand weiß, ob das Ende des Protokolls da ist: { $file } ist nicht lesbar: { $error }
doctor-do-audit-blind = Machen Sie { $file } für Turnstone lesbar. Ist die Datei beschädigt, finden Sie heraus, wer das war, rufen Sie turnstone audit verify auf, und entfernen Sie sie: sie wird neu geschrieben.
doctor-dns-off = nicht gefragt: DNS_RESOLVER ist aus
doctor-dns-silent = über { $domain } war nichts zu erfahren: { $error }
doctor-do-dns-silent = Prüfen Sie die Nameserver in /etc/resolv.conf, oder setzen Sie DNS_RESOLVER auf einen, der antwortet.
doctor-dns-spf = { $domain } hat keinen SPF-Eintrag: Andere Server können unsere Mails für gefälscht halten
doctor-do-dns-spf = Veröffentlichen Sie für { $domain } einen TXT-Eintrag, der das Relay nennt, etwa "v=spf1 mx -all".
doctor-dns-uncovered = der SPF-Eintrag von { $domain } deckt das Relay { $relay } nicht ab ({ $addresses }): Andere Server können unsere Mails für gefälscht halten
doctor-do-dns-uncovered = Nehmen Sie { $mechanism } in den Eintrag auf oder das, was der Betreiber des Relays nennt.
doctor-dns-spf-broken = der SPF-Eintrag von { $domain } lässt sich nicht auswerten: Er hat einen Fehler oder verlangt mehr als zehn Abfragen
doctor-do-dns-spf-broken = Berichtigen Sie ihn, oder entfernen Sie, was er einschließt und nicht braucht; bis dahin zählt er für niemanden.
doctor-dns-dkim = der Schlüssel, mit dem Mails von { $domain } signiert werden, ist nicht veröffentlicht: Signaturen gelten nicht
doctor-do-dns-dkim = Veröffentlichen Sie den Eintrag, der bei „Signatur“ steht.
doctor-dns-dmarc = { $domain } hat keinen DMARC-Eintrag
doctor-do-dns-dmarc = Veröffentlichen Sie für _dmarc.{ $domain } einen TXT-Eintrag, für den Anfang "v=DMARC1; p=none".
doctor-directory-answers = { $id } antwortet unter { $address }
doctor-directory-away = { $id } kann nicht gefragt werden: { $why }
doctor-do-directory-away = Berichtigen Sie es unter Verwaltung, Anmeldung oder in SIGN_IN_FILE, oder bringen Sie das Verzeichnis in Ordnung. Bis dahin gelten nur Passwörter, die hier liegen.
doctor-directory-compared = { $id } wurde mit den Agenten verglichen: { $at }
doctor-directory-late = { $id } wurde zuletzt mit den Agenten verglichen: { $at }
doctor-do-directory-late = Läuft ein Prozess mit der Rolle worker?
doctor-directory-left = { $id } wurde nicht mit den Agenten verglichen. { $why }
doctor-do-directory-left = Verwaltung, Anmeldung, oder turnstone directory sync --dry-run zeigt, was ein Vergleich tun würde.
doctor-site-answers = { $id } antwortet unter { $address }
doctor-site-away = { $id } kann nicht gefragt werden: { $why }
doctor-do-site-away = Berichtigen Sie es unter Verwaltung, Anmeldung oder in SIGN_IN_FILE, oder bringen Sie den anderen Dienst in Ordnung. Bis dahin führt sein Knopf nirgendwohin.
doctor-way-sealed = { $id } kann nicht benutzt werden: Das Passwort fehlt, oder es wurde mit einem anderen Schlüssel versiegelt
doctor-do-way-sealed = Geben Sie es unter Verwaltung, Anmeldung noch einmal ein. Bis dahin kommt so niemand herein.
doctor-roles-unknown = { $id } vergibt Rollen, die es nicht gibt: { $roles }
doctor-do-roles-unknown = Legen Sie diese Rollen an, oder berichtigen Sie ihre Namen unter Verwaltung, Anmeldung oder in SIGN_IN_FILE.
doctor-trust = { $id } glaubt { $authorities }
doctor-trust-wrong = { $id } kann nicht sagen, welche Zertifikate zählen: { $why }
doctor-do-trust-wrong = Berichtigen Sie die Datei, oder holen Sie sie neu; sie wird von selbst wieder gelesen. Bis dahin zählt die letzte lesbare, nach einem Neustart keine. Passwörter gelten weiter.
doctor-trust-ends = { $id } glaubt { $authorities }; das endet: { $end }
doctor-do-trust-ends = Legen Sie das nächste Zertifikat der Stelle in dieselbe Datei, neben das alte.
doctor-trust-unlisted = { $id } sieht nicht nach, ob Zertifikate gesperrt wurden
doctor-do-trust-unlisted = Nennen Sie in SIGN_IN_FILE die Sperrliste Ihrer Stelle: crl = "…".
doctor-revoked = { $id } hat die Sperrliste von { $issuer }; die nächste ist fällig: { $next }
doctor-revoked-due = { $id }: Die nächste Sperrliste von { $issuer } ist fällig: { $next }
doctor-do-revoked-due = Sehen Sie nach, warum { $file } noch nicht erneuert ist. Danach meldet sich niemand mehr mit einem Zertifikat an.
doctor-revoked-late = { $id }: Die nächste Sperrliste von { $issuer } war fällig: { $next }. Die alte zählt trotzdem
doctor-do-revoked-late = Holen Sie die neue Liste nach { $file }, und sehen Sie nach, warum das nicht von selbst geschieht.
doctor-revoked-over = { $id }: Die nächste Sperrliste von { $issuer } war fällig: { $next }. Darum meldet sich niemand mit einem Zertifikat an
doctor-do-revoked-over = Holen Sie die neue Liste nach { $file }, und sehen Sie nach, warum das nicht von selbst geschieht. Sie gilt ohne Neustart. Passwörter gelten weiter.
doctor-trust-listless = { $id } hat keine Sperrliste von { $issuer }: Niemand meldet sich an, dem diese Stelle ein Zertifikat gegeben hat
doctor-do-trust-listless = Nennen Sie in SIGN_IN_FILE (crl) auch deren Liste: eine für jede Stelle.

# Warum ein Verzeichnis, eine Website oder eine Zertifizierungsstelle nicht gefragt werden kann; das Ende eines anderen Satzes
why-busy = zu viele Anmeldungen warten gleichzeitig darauf
why-late = keine Antwort zur rechten Zeit
why-late-within = keine Antwort binnen { $seconds } s
why-unreadable = eine Antwort, die sich nicht lesen lässt
why-no-line = keine Verbindung zu { $address }: { $said }
why-no-line-in-time = keine Verbindung zu { $address } zur rechten Zeit
why-no-service = ohne bind_dn kann niemand Personen nachschlagen
why-service-refused = es lässt { $dn } nicht herein ({ $said })
why-service-not-again = es lässt { $dn } nicht noch einmal herein
why-no-passwords = es prüft keine Passwörter ({ $said })
why-no-search = es antwortet nicht auf eine Suche ({ $said })
why-many-entries = mehr als { $most } Einträge passen zum Filter
why-base-empty = unter der Basis { $base } ist nichts
why-base-elsewhere = es verweist für { $base } woandershin; Verweisen wird nicht gefolgt
why-many-gone = { $going } von { $tied } Agenten sind nicht mehr im Verzeichnis { $directory }. Das sieht nach einem Fehler in seiner Basis oder seinem Filter aus, darum wurde nichts geändert. Wenn es stimmt, führen Sie turnstone directory sync --force aus.
why-site-name = sie nennt sich { $said }, nicht { $name }
why-plain = { $address } ist nicht verschlüsselt
why-no-address = { $address } ist keine Adresse
why-status = { $address } antwortet { $status }
why-cannot-read = { $file } lässt sich nicht lesen ({ $said })
why-host-late = { $host }: keine Antwort zur rechten Zeit
why-no-key = sie veröffentlicht keinen Schlüssel für RS256 oder ES256
why-no-certificate = { $file } enthält kein Zertifikat im PEM-Format
why-no-list = { $file } enthält keine Liste widerrufener Zertifikate
why-certificate-unreadable = { $file }: ein Zertifikat lässt sich nicht lesen ({ $said })
why-no-authority = { $file }: { $name } ist keine Zertifizierungsstelle
why-authority-unusable = { $file }: eine Zertifizierungsstelle lässt sich nicht verwenden ({ $said })
why-none-valid = { $file }: keine Zertifizierungsstelle darin gilt jetzt
why-namesakes = { $file }: zu viele Zertifizierungsstellen desselben Namens
why-list-unusable = eine Liste widerrufener Zertifikate lässt sich nicht verwenden ({ $said }); sie muss Version 2 haben
why-list-unreadable = { $file }: eine Liste widerrufener Zertifikate lässt sich nicht lesen
why-list-endless = { $file }: die Liste sagt nicht, wann die nächste kommt
why-list-older = { $file }: die Liste ist älter als die, die gilt
