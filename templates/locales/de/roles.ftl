# Rollen: die Tabelle der Rechte, was eine Änderung bewirkt, warum jemand etwas darf.
roles-title = Rollen
roles-intro = Eine Rolle sagt, was Agenten in welcher Queue dürfen. Wer mehrere hat, darf, was irgendeine gibt.
roles-retired = Außer Dienst
roles-retired-hint = Sie geben nichts und werden nirgends angeboten.
role-new = Neue Rolle
role-new-intro = Niemand hat sie, bis Sie sie jemandem geben.
role-duplicate = Duplizieren
role-everywhere = Rechte in allen Queues
role-queues = { $n ->
    [0] Keine Queue
    [one] Rechte in einer Queue
   *[other] Rechte in { $n } Queues
  }
role-members = { $n ->
    [one] ein Agent
   *[other] { $n } Agenten
  }
role-like = Beginnen mit
role-like-agent = Agent
role-like-lead = Teamleitung
role-like-auditor = Liest nur
role-like-admin = Administration
role-about = Über die Rolle
role-description = Wofür sie ist
role-installation = Für die ganze Installation
role-who = Wer sie hat
role-nobody = Noch niemand. Sie wird auf der Seite eines Agenten gegeben.
role-only = nur diese Rolle
role-also = auch { $names }
role-create = Rolle anlegen
role-save = Rolle speichern
role-saved = Gespeichert. Es gilt ab sofort.
role-sure = { $name } ändern
role-itself = Die Rolle selbst
role-gives = { $queue }: { $what } hinzugefügt
role-takes = { $queue }: { $what } entfernt
role-retire = Außer Dienst stellen
role-retire-title = { $name } außer Dienst stellen
role-retire-text = Sie gibt von da an nichts mehr. Wer sie hat, behält ihren Namen, und sie kann zurückgeholt werden.
role-retired = Die Rolle ist außer Dienst: sie gibt nichts mehr.
role-is-retired = Diese Rolle ist außer Dienst: sie gibt nichts, wer sie auch hat.
role-restore = Zurückholen
role-restore-title = { $name } zurückholen
role-restore-text = Sie gibt ihre Rechte wieder allen, die sie haben.
role-restored = Die Rolle ist wieder im Einsatz.
matrix-title = Was diese Rolle in jeder Queue darf
matrix-caption = Eine Zeile je Queue, eine Spalte je Recht
matrix-all = Alle Queues
matrix-retired = außer Dienst
matrix-in = { $right } in { $queue }
matrix-from = kommt mit { $name }
matrix-legend = Getönte Häkchen kommen mit: voll bringt alles, antworten bringt notieren, jedes bringt lesen, und untere Queues übernehmen, was oben angekreuzt ist.
matrix-read = Lesen
matrix-note = Notieren
matrix-reply = Antworten
matrix-move_into = Hierher
matrix-create = Anlegen
matrix-owner = Besitzer
matrix-priority = Priorität
matrix-full = Voll
matrix-hint-read = Tickets und Notizen sehen
matrix-hint-note = Interne Notizen schreiben
matrix-hint-reply = Antworten, sperren, weiterleiten, warten, schließen
matrix-hint-move_into = Tickets hierher verschieben
matrix-hint-create = Neue Tickets anlegen
matrix-hint-owner = Tickets an andere geben
matrix-hint-priority = Priorität erhöhen oder senken
matrix-hint-full = Alles, mit Kunde und Löschen
refused-role-description = Wofür die Rolle ist, hat höchstens { $most } Zeichen.
refused-role-retired = { $name } ist schon außer Dienst.
refused-role-in-use = { $name } ist im Einsatz.
why-open = Warum darf dieser Agent was?
why-title = Was { $name } darf, und warum
why-number = Ticketnummer
why-ask-queue = Queue zeigen
why-ask-ticket = Ticket zeigen
why-ticket = Ticket { $number } in { $queue }
why-here = Die Rolle { $role } gibt „{ $what }“ in { $queue }.
why-above = Die Rolle { $role } gibt „{ $what }“ in { $place }, und { $queue } übernimmt es von dort.
why-everywhere = Die Rolle { $role } gibt „{ $what }“ in allen Queues, und so in { $queue }.
why-owner = { $name } besitzt das Ticket, und wer besitzt, behält lesen und notieren, wo immer es liegt.
why-remedy-role = Aus { $role } nehmen, oder { $name } die Rolle { $role }
why-remedy-owner = Das Ticket jemand anderem geben
why-no-right = Nichts gibt dieses Recht hier.
why-all-facts = Ein Recht ist weg, wenn keine seiner Tatsachen mehr da ist.
