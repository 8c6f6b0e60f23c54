# Kunden und Organisationen: ihre Seiten, Weigerungen; mit den Augen eines anderen Agenten sehen.
customers-title = Kunden
customers-intro = Wer Ihnen schreibt. Wer zum ersten Mal schreibt, kommt von selbst hinzu.
customers-find = Kunden suchen
customers-find-hint = Name oder Adresse
customers-none = Niemand gefunden
customers-none-hint = Geben Sie weniger ein, oder suchen Sie nach einem Teil der Adresse.
customers-empty = Noch keine Kunden
customers-empty-hint = Wer an eine Ihrer Adressen schreibt, erscheint hier. Sie können auch jemanden hinzufügen, dem Sie zuerst schreiben.
customer-add = Kunden hinzufügen
customer-add-hint = Jemand, dem Sie zuerst schreiben. Wer Ihnen schreibt, kommt von selbst hinzu.
customer-added = Der Kunde ist hinzugefügt.
customer-saved = Gespeichert.
customer-name = Name
customer-name-hint = Leer: die Hauptadresse.
customer-organisation = Organisation
customer-no-organisation = Keine
customer-since = Bekannt seit
customer-known-since = bekannt seit
customer-more-addresses = { $n ->
    [one] und eine weitere
   *[other] und { $n } weitere
  }
customer-language = Sprache
customer-language-his = Die seiner Mails
customer-language-hint = In ihr stehen automatische Antworten.
customer-note = Notiz
customer-note-hint = Alle Agenten, die ein Ticket dieses Kunden lesen dürfen, sehen sie.
customer-tickets = Tickets
customer-changed = Geändert
customer-no-tickets = Keine Tickets zu zeigen
customer-no-tickets-hint = Hier stehen nur Tickets, die Sie lesen dürfen.
customer-addresses = Adressen
customer-main = Hauptadresse
customer-make-main = Zur Hauptadresse machen
customer-make-main-of = { $address } zur Hauptadresse machen
customer-main-changed = Die Hauptadresse ist geändert.
customer-address-more = Weitere Adresse
customer-address-hint = Wer von ihr schreibt, ist dieser Kunde.
customer-address-add = Adresse hinzufügen
customer-address-added = Die Adresse ist hinzugefügt.
customer-address-remove = Entfernen
customer-address-remove-of = { $address } entfernen
customer-address-gone = Die Adresse ist entfernt. Die Tickets bleiben.
customer-address-take = Trotzdem übernehmen
customer-address-take-hint = Die Tickets dieser Adresse kommen mit. Ein Kunde, von dem nichts übrig bleibt, wird zu diesem.
customer-merge-title = Dieselbe Person
customer-merge-hint = Adressen, Tickets und Notizen des anderen kommen hierher. Es lässt sich rückgängig machen.
customer-merge-open = Mit einem anderen Kunden zusammenführen
customer-merge-into = Zusammenführen mit { $name }
customer-merge-whom = Wer ist dieselbe Person?
customer-merge-whom-hint = Suchen Sie nach Name oder Adresse. Sie sehen, was umzieht, bevor etwas geschieht.
customer-merge-look = Ansehen, was umzieht
customer-merge-look-at = Ansehen, was von { $name } umzieht
customer-merge-moves = Was von { $name } umzieht
customer-merge-tickets = { $n ->
    [0] Keine
    [one] Ein Ticket
   *[other] { $n } Tickets
  }
customer-merge-claims = Eingelassen
customer-merge-claims-text = { $n ->
    [one] In einem Gespräch ist jemand, der auf Einlass wartet, der Kunde.
   *[other] In { $n } Gesprächen ist jemand, der auf Einlass wartet, der Kunde.
  }
customer-merge-undo-hint = Lässt sich auf der Seite des Kunden rückgängig machen, auch später.
customer-merge-do = Zusammenführen
customer-merged = Zusammengeführt. Beide sind jetzt ein Kunde.
customer-unmerge = Rückgängig machen
customer-unmerge-of = Zusammenführung mit { $name } rückgängig machen
customer-unmerged = Rückgängig gemacht. Es sind wieder zwei Kunden.
customer-open = Alles über { $name }

organisations-title = Organisationen
organisations-intro = Wo Kunden arbeiten. Wer aus einer ihrer Domains zum ersten Mal schreibt, gehört dazu.
organisations-empty = Noch keine Organisationen
organisations-empty-hint = Fügen Sie eine mit ihren Domains hinzu, dann kommen neue Kunden von selbst hinein.
organisations-retired = Stillgelegt
organisation-add = Organisation hinzufügen
organisation-what = Organisation
organisation-domains = Domains
organisation-domains-hint = Eine pro Zeile, etwa example.org. Domains darunter zählen mit. Wer schon bekannt ist, bleibt, wo er ist.
organisation-members = Kunden
organisation-members-n = { $n ->
    [one] ein Kunde
   *[other] { $n } Kunden
  }
organisation-nobody = Noch niemand
organisation-nobody-hint = Tragen Sie ihre Domains ein, oder wählen Sie sie auf der Seite eines Kunden.
organisation-out = Stilllegen
organisation-retire = Stilllegen
organisation-retire-hint = Ihre Kunden behalten sie. Sie wird nirgends mehr angeboten, und niemand kommt neu hinein.
organisation-restore = Wieder in Gebrauch nehmen
organisation-is-retired = Stillgelegt. Ihre Kunden behalten sie.
organisation-is-back = Wieder in Gebrauch.

refused-customer-name = Der Name eines Kunden hat höchstens { $most } Zeichen, in einer Zeile.
refused-customer-note = Eine Notiz hat höchstens { $most } Zeichen.
refused-customer-known = { $address } gehört schon zu { $name }.
refused-organisation-gone = Diese Organisation ist nicht in Gebrauch. Wählen Sie eine andere.
refused-organisation-name = Eine Organisation braucht einen Namen von höchstens { $most } Zeichen, in einer Zeile.
refused-organisation-taken = Es gibt schon eine Organisation namens { $name }.
refused-organisation-domain = „{ $domain }“ ist keine Domain. Sie sieht aus wie example.org.
refused-organisation-domains = Höchstens { $most } Domains.
refused-organisation-domain-taken = { $domain } gehört zu { $name }.
refused-merge-same-customer = Das ist derselbe Kunde. Wählen Sie einen anderen.
refused-merge-merged-customer = Einer von beiden wurde inzwischen zusammengeführt. Öffnen Sie den Kunden neu.
refused-merge-undone = Diese Zusammenführung ist schon rückgängig gemacht.
refused-merge-later = Dieser Kunde wurde seitdem mit einem anderen zusammengeführt. Machen Sie das zuerst rückgängig.

viewing-title = Die Seiten mit den Augen dieses Agenten sehen
viewing-hint = Sie sehen die Tickets und Listen dieses Agenten und können nichts ändern. Entwürfe bleiben verborgen. Beginn und Ende stehen im Audit-Log.
viewing-begin = Sehen wie { $name }
viewing-banner = Sie sehen die Seiten wie { $name }. Nichts lässt sich ändern.
viewing-end = Zurück zu meinen
viewing-ended = Sie sehen wieder Ihre eigenen Seiten.
refused-viewing = Solange Sie mit den Augen eines anderen sehen, wird nichts geändert. Gehen Sie zuerst zu Ihren eigenen Seiten zurück.
refused-view-self = Das sind Ihre eigenen Augen.
refused-view-queues = Um die Seiten wie ein anderer Agent zu sehen, müssen Sie alle Queues lesen dürfen.

person-data-title = Alles, was bekannt ist
person-data-hint = Geben Sie heraus, was über diese Person bekannt ist, als Archiv für sie, oder löschen Sie es endgültig. Für beides wird Ihr Passwort verlangt.
person-data-of-agent = Geben Sie heraus, was über diesen Agenten bekannt ist, als Archiv für diese Person: wer sie ist, wie sie sich anmeldet, was sie eingestellt und geschrieben hat und was im Protokoll steht. Geheimnisse sind nicht darin.
person-data-take = Herausgeben
person-data-erase = Löschen …
erase-title = { $name } löschen
erase-intro = Das lässt sich nicht rückgängig machen. Das Audit-Log sagt, dass es geschah, nicht wen es betraf.
erase-what = Was verschwindet
erase-elsewhere = Tickets anderer
erase-articles = Nachrichten von dieser Person
erase-files = Dateien von dieser Person
erase-originals = Ursprüngliche Mails
erase-outgoing = Ausgehende Mails
erase-stays = Namen, Adressen, Dateien und ursprüngliche Mails verschwinden in jedem Fall, auch aus Suche und ausgehenden Mails. Tickets bleiben mit Nummer, Status und Zeiten, damit Zahlen stimmen. Ihre eigenen Regeln, Vorlagen und Sicherungen werden nicht durchsucht.
erase-texts = Was geschrieben wurde
erase-anonymise = Ohne Namen und Adressen behalten
erase-anonymise-hint = Der volle Name und alle Adressen werden aus Texten genommen. Ein Vorname allein oder eine Telefonnummer bleibt.
erase-all = Löschen
erase-all-hint = Alle Texte der Tickets dieser Person, auch Antworten und Notizen, und ihre Nachrichten in Tickets anderer.
erase-sure = Ich weiß, dass sich das nicht rückgängig machen lässt.
erase-do = Endgültig löschen
customer-erased = Gelöscht.
refused-person-queues = Dafür brauchen Sie „{ $right }“ in allen Queues: Ein Teil gälte sonst als das Ganze.
refused-erase-under-way = Mails dieser Person oder zu Tickets, in denen sie vorkommt, sind noch unterwegs oder warten darauf, angesehen zu werden: { $n }. Warten Sie, bis sie angekommen sind, oder nehmen Sie sie zurück.
refused-customer-merged = Dieser Kunde wurde mit einem anderen zusammengeführt. Öffnen Sie den anderen und ändern Sie ihn dort.
refused-person-large = Das ist zu viel für ein Archiv (2.000 Dateien, 2 GB). Speichern Sie die Tickets dieser Person Nachricht für Nachricht.
refused-erase-unsure = Sagen Sie, was aus den Texten wird und dass Sie sicher sind.

import-open = Import und Export
import-customers = Kunden aus einer Tabelle
import-customers-intro = Wer eine der Adressen schon hat, wird geändert, alle anderen sind neu. Eine leere Zelle ändert nichts. Die Tabelle wird ganz übernommen oder gar nicht.
import-agents = Agenten aus einer Tabelle
import-agents-intro = Wer noch nicht da ist, bekommt eine Einladung per Mail. Wer da ist, bleibt unverändert. Die Tabelle wird ganz übernommen oder gar nicht.
import-file = Tabelle (CSV)
import-columns = Die erste Zeile nennt die Spalten: { $columns }. Mehrere Adressen oder Rollen in einer Zelle trennt ein Semikolon. UTF-8 oder Windows-1252, höchstens 500 Zeilen.
import-look = Ansehen, was sie bewirkt
import-nothing-yet = Noch ist nichts übernommen. Das würde geschehen.
import-refused-some = { $n ->
    [one] Eine Zeile lässt sich nicht übernehmen, deshalb wird nichts übernommen. Berichtigen Sie sie und wählen Sie die Datei erneut.
   *[other] { $n } Zeilen lassen sich nicht übernehmen, deshalb wird nichts übernommen. Berichtigen Sie sie und wählen Sie die Datei erneut.
  }
import-lines = Was aus den Zeilen wird
import-line = Zeile
import-becomes = Wird
import-is-new = Neu
import-is-changed = Geändert
import-is-same = Unverändert
import-is-refused = Abgelehnt
import-ignored = Spalten, die nicht gelesen werden
import-more = { $n ->
    [one] und eine weitere Zeile
   *[other] und { $n } weitere Zeilen
  }
import-do = Übernehmen
import-done = Übernommen.
export-table = Als Tabelle herunterladen (CSV)
refused-import = Zeile { $line } der Tabelle lässt sich nicht übernehmen. Nichts wurde geändert.
refused-import-address = „{ $address }“ ist keine Mailadresse.
refused-import-twice = { $address } steht schon in einer früheren Zeile.
refused-import-two = Diese Adressen gehören zwei Kunden. Führen Sie sie zuerst zusammen.
refused-table-size = Die Datei ist größer als { $n } kB. Teilen Sie sie.
refused-table-long = Die Tabelle hat mehr als { $n } Zeilen. Teilen Sie sie.
refused-table-quote = Das Anführungszeichen in Zeile { $line } wird nicht geschlossen.
refused-table-text = Das ist keine Tabelle als Text. Speichern Sie sie als CSV.
refused-table-empty = Wählen Sie eine Datei, in der wenigstens die Namen der Spalten stehen.
refused-table-columns = Es gibt keine Spalte „{ $column }“. Die erste Zeile nennt die Spalten: { $columns }.
