# Zusammenführen
merge = Zusammenführen
merge-these = Beide ansehen und zusammenführen
merge-with = Mit { $number } zusammenführen …
merge-title = Ticket { $number } zusammenführen
merge-intro = Seine Nachrichten, Personen, Schlagwörter und Verknüpfungen gehen an das andere Ticket, und seine Nummer führt von da an dorthin.
merge-search = Mit welchem Ticket?
merge-search-hint = Wörter, ein Name, eine Adresse oder eine Ticketnummer.
merge-same-customer = Vom selben Kunden
merge-found = Gefunden
merge-none-same = Dieser Kunde hat kein anderes Ticket, auf das Sie antworten dürfen. Suchen Sie oben nach Wörtern oder einer Nummer.
merge-none-found = Nichts, auf das Sie antworten dürfen, passt. Versuchen Sie es mit weniger Wörtern oder mit der Ticketnummer.
merge-unknown = Es gibt kein Ticket { $number }, oder Sie dürfen es nicht sehen.
merge-goes = Dieses geht auf
merge-stays = Dieses bleibt
merge-two-customers = Diese Tickets haben zwei Kunden. Nach dem Zusammenführen nehmen beide an einem Gespräch teil, und Antworten gehen an beide, wenn Sie die Empfänger nicht ändern.
merge-can-be-undone = Das lässt sich später rückgängig machen.
merge-choose-again = Anderes wählen
merge-do = Mit { $other } zusammenführen
merged-here = Hier aufgegangen
unmerge-title = { $number } wieder herauslösen
unmerge-when = { $who } hat { $number } mit { $other } zusammengeführt ({ $date }).
unmerge-when-nobody = { $number } wurde mit { $other } zusammengeführt ({ $date }).
unmerge-intro = Das Ticket steht dann wieder für sich, mit den Nachrichten, dem Status und dem Besitzer, die es hatte.
unmerge-news = Was seither kam
unmerge-news-hint = Wählen Sie, was mit { $number } mitgeht. Der Rest bleibt in { $other }.
unmerge-do = Zusammenführung aufheben
refused-merge-itself = Ticket { $number } würde mit sich selbst zusammengeführt: Das andere Ticket ist dasselbe oder ging in ihm auf.
refused-merge-removed = Ticket { $number } ist gelöscht. Wählen Sie ein anderes.
refused-not-merged = Dieses Ticket ist nicht zusammengeführt: Es gibt nichts aufzuheben.
refused-unmerge-news = Seit dem Zusammenführen { $n ->
    [one] kam 1 Nachricht
   *[other] kamen { $n } Nachrichten
  }. Sagen Sie, was mitgeht.
refused-unmerge-article = Eine dieser Nachrichten kam nicht seit dem Zusammenführen. Sehen Sie sich die Liste noch einmal an.

# Wohin ein Artikel gehört
belongs-to = Gehört zu Ticket
ticket-number = Nummer
take-there = Dorthin bringen
guess-hint = Dies gehört vielleicht zu Ticket { $number }, „{ $subject }“: Der Betreff nennt es, aber der Absender ist dort nicht beteiligt.
guess-accept = Es gehört zu { $number }
brought-hint = Aus Ticket { $number } hierher gebracht. Spätere Antworten darauf kommen ebenfalls hierher.
brought-undo = Zurückbringen
internal-answer = Interne Antwort
internal-answer-hint = Antwortet auf etwas, das intern weitergeleitet wurde. Der Kunde sieht es nicht, und es steht in keiner Antwort.
claims-hint = Der Absender gibt sich als { $name } aus, aber nichts belegt es. Die E-Mail zählt als eine von außen.
link-related = Verwandt
link-related-reverse = Verwandt
link-possibly_belongs_to = Dieses gehört vielleicht dorthin
link-possibly_belongs_to-reverse = Gehört vielleicht hierher
link-continues = Dieses führt das geschlossene weiter
link-continues-reverse = Führt dieses geschlossene weiter
link-split_from = Von jenem abgetrennt
link-split_from-reverse = Von diesem abgetrennt
refused-take-itself = Die Nachricht ist bereits in Ticket { $number }.
refused-take-unknown = Es gibt kein Ticket { $number }, oder Sie dürfen es nicht sehen.
refused-take-leaving = Diese E-Mail ist unterwegs. Bringen Sie sie dorthin, wenn sie hinausgegangen ist.
event-merged_into = Mit { $new } zusammengeführt von { $who }
event-merged = { $old } hier zusammengeführt von { $who }
event-unmerged = Aus { $old } wieder herausgelöst von { $who }
event-merge_ended = { $old } wieder herausgelöst von { $who }
event-article_taken = Nachricht nach { $new } gebracht von { $who }
event-article_brought = Nachricht aus { $old } geholt von { $who }
event-participant_removed = { $old } aus dem Gespräch genommen von { $who }

# Was bei einer Queue abgelehnt wird
refused-number = Schreiben Sie eine ganze Zahl von 0 bis { $most }.
refused-sender-name = Der Name hat höchstens { $most } Zeichen in einer Zeile.
refused-queue-circle = Die Queue „{ $name }“ ist diese selbst oder liegt unter ihr. Wählen Sie eine andere.
refused-no-default = Eine Queue muss die E-Mails nehmen, die sonst nirgends hingehören. Wählen Sie es stattdessen dort.
refused-retire-default = „{ $name }“ nimmt die E-Mails, die sonst nirgends hingehören. Wählen Sie dafür zuerst eine andere Queue.

# Wer beteiligt ist
people-taking-part = Ebenfalls im Gespräch
person-waits = { $address }, noch nicht aufgenommen
person-accept = { $address } ins Gespräch aufnehmen
person-remove = { $address } aus dem Gespräch nehmen
person-add-label = Name und Adresse
person-add = Hinzufügen
stranger-is-customer = Auch diese Adresse ist von { $name }
refused-own-address = { $address } ist eine unserer Adressen. Sie nimmt an keinem Gespräch teil.
refused-participant-customer = { $address } ist der Kunde und bekommt jede Antwort.
refused-participants = Ein Gespräch hat höchstens { $most } Beteiligte. Nehmen Sie zuerst einige heraus.
refused-customer-address = { $address } gehört bereits dem Kunden { $name }. Nehmen Sie sie ihm zuerst weg, oder übernehmen Sie sie mit seinen Tickets.
refused-last-address = { $address } ist die einzige Adresse des Kunden. Fügen Sie zuerst eine andere hinzu.
refused-customer-unknown = Kein Kunde schreibt von { $address }.
