# Une ligne pour tout ce qui peut arriver à un ticket. Son auteur suit « par » ou « de », pour que « vous » et un nom
# s’accordent de même.
actor-you = vous
actor-system = Turnstone
actor-mail = un e-mail
event-opened = Ticket ouvert par { $who }
event-follow_up = Ticket complété par { $who }
event-replied = Réponse écrite par { $who }
event-noted = Note ajoutée par { $who }
event-auto_responded = Une confirmation est partie au client
event-locked = Ticket verrouillé par { $who }
event-unlocked = Ticket déverrouillé par { $who }
event-lock_timed_out = Le verrou de { $old } a expiré
event-moved = Ticket déplacé par { $who } : { $old } → { $new }
event-assigned = Propriétaire choisi par { $who } : { $new }
event-unassigned = Propriétaire retiré par { $who }
event-state_changed = État changé par { $who } : { $old } → { $new }
event-priority_changed = Priorité changée par { $who } : { $old } → { $new }
event-reminded = Le rappel est arrivé à échéance
event-reply_withdrawn = Réponse reprise par { $who }
event-bounced = Un e-mail au client est revenu
event-delivered = Le relais a accepté l’e-mail
event-delivery_failed = Un e-mail au client n’a pas pu être remis
event-linked = Lien vers { $new } ajouté par { $who }
event-unlinked = Lien vers { $old } retiré par { $who }
event-tagged = Étiquette { $new } ajoutée par { $who }
event-untagged = Étiquette { $old } retirée par { $who }
event-participant_accepted = { $new } ajouté à la conversation par { $who }
