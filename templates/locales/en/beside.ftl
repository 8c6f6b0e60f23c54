# The list beside a ticket.
beside-label = Tickets: { $list }
beside-skip = Skip the list
beside-way = In the list { $list }
beside-hide = Hide the list
beside-show = Show the list beside the ticket
beside-before = Previous ticket of the list
beside-after = Next ticket of the list
