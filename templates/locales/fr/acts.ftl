# Menus et panneaux d’un ticket
more-acts = Autres actions
link-to = Lier à un ticket
watch = Suivre
unwatch = Ne plus suivre
watchers = Suivi par
change-customer = Changer le client
mark-spam = Marquer comme spam
delete-ticket = Supprimer
tags = Étiquettes
tag-add = Ajouter
tag-add-label = Ajouter une étiquette
tag-remove = Retirer l’étiquette { $tag }
link-add = Lier
link-remove = Retirer le lien vers { $number }
bond-how = Ce qui les lie
bond-related = En rapport avec
bond-child_of = Partie de
bond-parent_of = Contient
link-child_of = Celui-ci est une partie de celui-là
link-child_of-reverse = Une partie de celui-ci
refused-link-kind = Les tickets se lient comme « related », « child_of » ou « parent_of ».
refused-links = Un ticket a au plus { $most } liens. Retirez-en d’abord quelques-uns.

# Ce qui peut être annulé : comme une chose, après « Annuler : »
act-locked = le verrouillage
act-moved = le déplacement
act-state_changed = le changement d’état
act-closed = la clôture
act-assigned = le changement de propriétaire
act-priority_changed = le changement de priorité
act-tagged = l’ajout de l’étiquette
act-untagged = le retrait de l’étiquette
act-customer_changed = le changement de client
act-removed = la suppression
act-spam = la marque de spam
act-restored = le retour de la corbeille
act-undone = l’annulation

# La même chose comme nouvelle, juste après
did-locked = Ticket { $ticket } verrouillé
did-moved = Ticket { $ticket } déplacé
did-state_changed = État du ticket { $ticket } changé
did-closed = Ticket { $ticket } clos
did-assigned = Propriétaire du ticket { $ticket } changé
did-priority_changed = Priorité du ticket { $ticket } changée
did-tagged = Étiquette ajoutée au ticket { $ticket }
did-untagged = Étiquette retirée du ticket { $ticket }
did-customer_changed = Client du ticket { $ticket } changé
did-removed = Ticket { $ticket } supprimé
did-spam = Ticket { $ticket } marqué comme spam
did-restored = Ticket { $ticket } sorti de la corbeille
did-undone = Annulé sur le ticket { $ticket }

# La page qui demande avant d’annuler
undo-title = Annuler { $what }
undo-when = Fait par { $who } ({ $date }).
undo-clean = Rien n’en a changé depuis : tout redevient comme avant.
undo-asks = Une partie a changé depuis. Elle reste telle qu’elle est, à moins que vous n’en disiez autrement.
undo-idle = Tout est déjà comme avant. Rien n’est à rétablir.
undo-table = Ce qui a été changé
undo-field = Quoi
undo-before = Avant
undo-after = Changé en
undo-now = Maintenant
undo-changed = changé depuis
undo-anyway = Changé depuis
undo-anyway-hint = Choisissez ce qui est rétabli malgré tout.
undo-anyway-one = { $field } : de « { $now } » à nouveau « { $before } »
undo-anyway-do = Annuler cela
undo-since = Ce qui s’est passé depuis
undo-field-queue = File
undo-field-state = État
undo-field-owner = Propriétaire
undo-field-priority = Priorité
undo-field-customer = Client
undo-field-tag = Étiquette
refused-undone = Cela a déjà été annulé. Rechargez la page pour voir ce qu’il en est.
refused-undo-changed = Cela a changé depuis : { $fields }. Dites ce qui en est rétabli malgré tout ; le reste demeure.

# La corbeille
bin = Corbeille
bin-intro = Ce qui est ici n’apparaît dans aucune liste ni recherche, ne reçoit aucun e-mail et n’en envoie aucun. Après { $days } jours, c’est jeté pour de bon.
bin-empty = La corbeille est vide.
bin-why = Pourquoi
bin-keeps = Gardé jusqu’au
bin-restore = Sortir de la corbeille
bin-reason-deleted = Supprimé
bin-reason-spam = Spam
bin-is-deleted = Ce ticket a été supprimé par { $who } ({ $date }).
bin-is-spam = Ce ticket a été marqué comme spam par { $who } ({ $date }). Son expéditeur ne reçoit jamais de réponse.
bin-until = Il est gardé jusqu’à : { $date }.
bin-gone = Ce ticket a été supprimé, et ses textes ont été jetés pour de bon.
bin-gone-short = Jeté
refused-in-bin = Ce ticket est dans la corbeille. Sortez-l’en d’abord.
refused-not-in-bin = Ce ticket n’est pas dans la corbeille.
refused-gone-for-good = Ce ticket est resté trop longtemps dans la corbeille : ses textes ont été jetés pour de bon.

# Un autre client
customer-title = À qui est le ticket { $number } ?
customer-intro = Jusqu’ici, il est à { $name } ({ $address }). Les réponses iront au nouveau client. Qui a écrit ici auparavant reste dans la liste des personnes, et ne reçoit rien tant que personne ne l’ajoute à la conversation.
customer-new = Nouveau client
customer-save = Changer le client

# Historique
event-removed = Ticket supprimé par { $who }
event-spam = Ticket marqué comme spam par { $who }
event-restored = Ticket sorti de la corbeille par { $who }
event-customer_changed = Client changé par { $who } : { $old } → { $new }
event-undone = Annulé par { $who } : { $old }
cause-web = Navigateur
cause-api = Programme
cause-cli = Ligne de commande
cause-mail = E-mail
cause-deadline = Échéance
cause-rule = Filtre
cause-system = Turnstone

# Touches
keys-undo = Annuler ce que vous venez de faire

# Listes

# Plusieurs tickets à la fois
bulk-all = Tous ceux de cette vue
bulk-all-count = Tous ceux de cette vue
bulk-more = Plus
bulk-back = Retour à la liste
bulk-tickets = { $n ->
    [one] { $n } ticket
   *[other] { $n } tickets
  }
bulk-choose-title = Que faut-il faire ?
bulk-do = À chacun de ces tickets
bulk-chosen = Tickets choisis
bulk-changed = Tickets modifiés
bulk-refusals = Restés tels quels
bulk-unlisted = { $n ->
    [one] { $n } autre n’est pas listé ici.
   *[other] { $n } autres ne sont pas listés ici.
  }
bulk-progress = Avancement
bulk-running = { $n ->
    [one] { $n } ticket attend encore.
   *[other] { $n } tickets attendent encore.
  }
bulk-refresh = Regarder à nouveau
bulk-over = Terminé.
bulk-undo = Tout annuler
bulk-did = { $n ->
    [one] { $what } : { $n } ticket
   *[other] { $what } : { $n } tickets
  }
bulk-assign = Donner à
bulk-set = Fixer
bulk-wait = Rappeler
bulk-untag = Retirer
bulk-number = Numéro d’un autre ticket
bulk-reply = Réponse
bulk-files-kept = Ceux-ci partent déjà : { $names }
bulk-files-much = Ces fichiers partent avec chaque e-mail, soit plus de { $most } Mo en tout. Ils n’ont pas été gardés. Envoyez des fichiers plus petits ou aucun, ou écrivez à moins de tickets.
bulk-reply-hint = Le client de chaque ticket, et quiconque y participe, reçoit un e-mail à part, avec votre signature. Les tickets qu’un collègue a verrouillés sont laissés de côté.
bulk-reply-do = { $n ->
    [one] Envoyer { $n } réponse
   *[other] Envoyer { $n } réponses
  }
bulk-then = État ensuite
bulk-then-as-is = Les nouveaux deviennent ouverts
bulk-then-open = Tous deviennent ouverts
bulk-then-close = Tous sont clos
bulk-note = Note interne
bulk-deed-lock = Verrouiller
bulk-deed-unlock = Déverrouiller
bulk-deed-state = Changer l’état
bulk-deed-close = Clore
bulk-deed-wait = Rappeler
bulk-deed-move = Déplacer
bulk-deed-assign = Changer le propriétaire
bulk-deed-priority = Changer la priorité
bulk-deed-tag = Étiqueter
bulk-deed-untag = Retirer une étiquette
bulk-deed-watch = Suivre
bulk-deed-unwatch = Ne plus suivre
bulk-deed-link = Lier
bulk-deed-merge = Fusionner
bulk-deed-note = Note interne
bulk-deed-reply = Réponse
bulk-deed-customer = Changer le client
bulk-deed-spam = Marquer comme spam
bulk-deed-delete = Supprimer
bulk-deed-restore = Sortir de la corbeille
bulk-deed-undo = Annuler
bulk-why-gone = Il n’est plus là, ou vous ne pouvez pas le voir.
bulk-why-fault = Celui-ci a échoué. La faute est la nôtre, et elle est notée. Essayez-le seul.
bulk-no-ticket = Dites le numéro de l’autre ticket.
bulk-no-queue = Choisissez une file.
bulk-no-priority = Choisissez une priorité, de très basse à urgente.
bulk-too-many = Au plus { $most } tickets à la fois. Choisissez une vue plus petite.
bulk-begun = Cela a déjà commencé.
bulk-undone = Cela est déjà annulé, ou en train de l’être.
bulk-not-undoable = Il n’y a rien à en annuler.
bulk-note-stays = Une note écrite reste.
bulk-changed-since = Il a changé depuis. Annulez sur le ticket, où vous voyez ce qui a changé.

# Rappels
remind = Me le rappeler
remind-tomorrow = Demain matin
remind-monday = Lundi matin
remind-week = Dans une semaine
remind-set = Fixer

# Un appel
call-note = Noter un appel
call-title = Un appel au sujet du ticket { $number }
call-who = Qui a appelé ?
call-us = Nous
call-text = Ce qui a été dit
call-hint = Fait partie de la conversation. Rien n’est envoyé.
call-then-as-is = Inchangé ; un nouveau ou rouvert est ouvert
call-save = Noter l’appel
event-called = Appel noté par { $who }

# Scinder
split = Scinder en un nouveau ticket
split-title = Un ticket à part
split-intro = Le message reste dans le ticket { $number } et en commence aussi un nouveau. Les deux sont liés.
split-do = Commencer le ticket
refused-split-system = Cette entrée a été écrite par Turnstone. Choisissez le message d’une personne.
event-split = Ticket { $new } commencé depuis un message par { $who }
event-split_from = Commencé depuis un message de { $old } par { $who }

# Après l’envoi
after-sending = Une fois la réponse envoyée
after-sending-ticket = Rester sur le ticket
after-sending-done = Rester ; après clôture ou attente, ouvrir le ticket suivant
after-sending-next = Ouvrir le ticket suivant
after-sending-list = Ouvrir la liste de la file

# Historique et papier
history-whole = Historique complet
history-of = Historique du ticket { $number }
history-what = Ce qui s’est passé
history-when = Quand
history-after = Après
history-cause = Cause
printout = Imprimer ou enregistrer en PDF
printout-hint = Imprimez cette page avec votre navigateur.
printout-with = { $n ->
    [one] Avec { $n } entrée interne
   *[other] Avec { $n } entrées internes
  }
printout-without = Sans les entrées internes
printout-opened = Ouvert le
printout-printed = Imprimé le
