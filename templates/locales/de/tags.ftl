# Die Seite der Verwaltung für Schlagwörter
tags-intro = Wörter, die Agenten an Tickets heften. Ein neuer Name, den es schon gibt, führt beide zusammen. 5.000 Tickets werden auf einmal geändert: Wiederholen Sie es für den Rest. Regeln und gespeicherte Ansichten, die das alte Wort nennen, tun es weiter.
tags-on = { $n ->
    [one] an einem Ticket
   *[other] an { $n } Tickets
}
tags-many = an mehr als { $n } Tickets
tags-macros = Gesetzt von den Makros: { $names }. Sie tun es weiter: Ändern Sie auch diese.
tags-to = Neuer Name von { $tag }
tags-to-short = Neuer Name
tags-rename = Umbenennen
tags-remove = Entfernen
tags-first = Von vorn
tags-empty = Es gibt noch kein Schlagwort
tags-empty-hint = Agenten setzen Schlagwörter neben dem Gespräch; Regeln und Makros tun es auch.
refused-tags-everywhere = Schlagwörter hängen an Tickets aller Queues. Dafür brauchen Sie das Recht, alle zu lesen.
refused-tag-same = So heißt es schon. Wählen Sie einen anderen Namen.
bulk-deed-retag = Ein Schlagwort umbenennen
refused-tag-nowhere = Kein Ticket, das sich ändern lässt, hat dieses Schlagwort.
