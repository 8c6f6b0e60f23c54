# Das Protokoll: was mit einer E-Mail geschah, was jetzt geschähe, und die Bilanz.
refused-forgotten = Das Original dieser E-Mail wurde wegen seines Alters gelöscht (Einstellung MAIL_RETENTION_DAYS). Text und Dateien sind im Ticket.
refused-filed = Diese E-Mail ist bereits in Ticket { $number }: Noch einmal verarbeitet, stünde sie dort doppelt. Sehen Sie sich stattdessen eine Vorschau an.
refused-copy = Diese E-Mail ist die Kopie einer einsortierten: Sie erneut zu verarbeiten, ergäbe dasselbe.
refused-waits-already = Diese E-Mail wartet auf ihre Verarbeitung. Sehen Sie gleich noch einmal nach.

# Die Liste
recorder-search = Empfangene E-Mails durchsuchen
recorder-search-hint = Betreff, Adresse, Message-ID oder Ticketnummer
recorder-day = Tag
recorder-day-wrong = Das ist kein Tag. Schreiben Sie ihn wie 2026-11-26.
recorder-any-source = Jede Quelle
recorder-kind = Art
recorder-kind-any = Jede Art
recorder-kind-automatic = Von Maschinen
recorder-kind-bounce = Zustellberichte
recorder-clear = Zurücksetzen
recorder-duplicate = Kopien
recorder-ignored = Ignoriert
recorder-waiting = Wartend
recorder-newest = Neueste
recorder-none = Keine E-Mail entspricht dem
recorder-none-hint = Nehmen Sie einen Filter weg oder suchen Sie nach weniger Wörtern. Von jedem Wort genügt der Anfang.
recorder-whole = Alles zu dieser E-Mail
recorder-result = Ergebnis

# Eine E-Mail
mail-preview = Was geschähe jetzt?
mail-again = Erneut verarbeiten
mail-took = insgesamt { $ms } ms
mail-step-took = { $ms } ms
mail-no-steps = Sie wurde noch nicht verarbeitet. Die Schritte erscheinen hier von selbst.
mail-forgotten = Das Original und seine Schritte wurden wegen ihres Alters gelöscht ({ $at }). Was aus der E-Mail wurde, steht in ihrem Ticket.
mail-origin = Kommt sie von dem, den sie nennt?
mail-origin-us = Von Turnstone geprüft.
mail-origin-front = Laut { $server }.
mail-origin-nobody = Niemand hat es geprüft.
mail-peer = Übergeben von
mail-raw-claims = Jeder kann jede Kopfzeile schreiben: Was Authentication-Results und Received hier sagen, sind Behauptungen. Unsichtbare Zeichen stehen mit ihrem Namen da.
step-parse = Gelesen
step-classify = Art des Absenders
step-authentication = Herkunft
step-duplicate = Schon gesehen?
step-echo = Eigene E-Mail?
step-bounce = Zustellbericht
step-match = Ticket
step-policy = Geschlossene Tickets
step-queue = Queue
step-ticket = Neues Ticket
step-article = Artikel
step-state = Status
step-notification = Benachrichtigt
step-auto_response = Bestätigung
step-quarantine = Quarantäne

# Was jetzt geschähe
preview-title = Was jetzt geschähe
preview-back = Zurück zur E-Mail
preview-same = Dasselbe wie zuvor.
preview-differs = Es geschähe etwas anderes als damals.
preview-compare = Damals und jetzt
preview-nothing = Nur ein Blick: Nichts wurde geschrieben, niemand benachrichtigt.
preview-step = Schritt
preview-before = Was geschah
preview-after = Was jetzt geschähe
preview-changed = anders

# Die Bilanz
balance-title = E-Mail-Bilanz
balance-intro = Jede E-Mail, die kam oder ging, und was aus ihr wurde. Jede Zeile geht auf: Nichts verschwindet.
balance-csv = Als CSV herunterladen
balance-in = Empfangen
balance-in-hint = Empfangen = neu + Antworten + Kopien + ignoriert + Quarantäne + wartend
balance-out = Geschrieben
balance-out-hint = Geschrieben = gesendet + zurückgekommen + gescheitert + zurückgenommen + wartend
balance-day = Tag
balance-received = Empfangen
balance-new = Neu
balance-follow-up = Antworten
balance-duplicate = Kopien
balance-ignored = Ignoriert
balance-quarantined = Quarantäne
balance-waiting = Wartend
balance-written = Geschrieben
balance-sent = Gesendet
balance-bounced = Zurückgekommen
balance-failed = Gescheitert
balance-cancelled = Zurückgenommen
balance-sum = Summe
balance-none-in = In diesen Tagen kam keine E-Mail
balance-none-out = In diesen Tagen wurde keine E-Mail geschrieben
balance-none-hint = Sehen Sie unten bei älteren Tagen nach.
balance-older = Ältere
balance-newer = Neuere
