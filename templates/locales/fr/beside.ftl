# La liste à côté d’un ticket.
beside-label = Tickets : { $list }
beside-skip = Passer la liste
beside-way = Dans la liste { $list }
beside-hide = Masquer la liste
beside-show = Afficher la liste à côté du ticket
beside-before = Ticket précédent de la liste
beside-after = Ticket suivant de la liste
