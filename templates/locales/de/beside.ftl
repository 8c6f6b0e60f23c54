# Die Liste neben einem Ticket.
beside-label = Tickets: { $list }
beside-skip = Liste überspringen
beside-way = In der Liste { $list }
beside-hide = Liste ausblenden
beside-show = Liste neben dem Ticket anzeigen
beside-before = Voriges Ticket der Liste
beside-after = Nächstes Ticket der Liste
