# Fusionner
merge = Fusionner
merge-these = Comparer et fusionner
merge-with = Fusionner avec { $number }…
merge-title = Fusionner le ticket { $number }
merge-intro = Ses messages, personnes, étiquettes et liens passent à l’autre ticket, et son numéro y mène désormais.
merge-search = Avec quel ticket ?
merge-search-hint = Des mots, un nom, une adresse ou un numéro de ticket.
merge-same-customer = Du même client
merge-found = Trouvés
merge-none-same = Ce client n’a pas d’autre ticket auquel vous puissiez répondre. Cherchez plus haut des mots ou un numéro.
merge-none-found = Rien à quoi vous puissiez répondre ne correspond. Essayez avec moins de mots, ou avec le numéro du ticket.
merge-unknown = Il n’y a pas de ticket { $number }, ou vous ne pouvez pas le voir.
merge-goes = Celui-ci disparaît
merge-stays = Celui-ci reste
merge-two-customers = Ces tickets ont deux clients. Après la fusion, tous deux participent à une même conversation, et les réponses vont aux deux à moins que vous ne changiez les destinataires.
merge-can-be-undone = Cela peut être annulé plus tard.
merge-choose-again = En choisir un autre
merge-do = Fusionner avec { $other }
merged-here = Fusionnés dans ce ticket
unmerge-title = Ressortir { $number }
unmerge-when = { $who } a fusionné { $number } avec { $other } ({ $date }).
unmerge-when-nobody = { $number } a été fusionné avec { $other } ({ $date }).
unmerge-intro = Le ticket redevient indépendant, avec les messages, l’état et le propriétaire qu’il avait.
unmerge-news = Ce qui est venu depuis
unmerge-news-hint = Choisissez ce qui part avec { $number }. Le reste demeure dans { $other }.
unmerge-do = Défaire la fusion
refused-merge-itself = Le ticket { $number } serait fusionné avec lui-même : l’autre ticket est le même, ou a été fusionné avec lui.
refused-merge-removed = Le ticket { $number } est supprimé. Choisissez-en un autre.
refused-not-merged = Ce ticket n’est pas fusionné : il n’y a rien à défaire.
refused-unmerge-news = { $n ->
    [one] { $n } message est arrivé
   *[other] { $n } messages sont arrivés
  } depuis la fusion. Dites ce qui part avec le ticket.
refused-unmerge-article = L’un de ces messages n’est pas arrivé depuis la fusion. Regardez à nouveau la liste.

# À qui revient un article
belongs-to = Appartient au ticket
ticket-number = Numéro
take-there = L’y mettre
guess-hint = Ceci appartient peut-être au ticket { $number }, « { $subject } » : l’objet le nomme, mais l’expéditeur n’y participe pas.
guess-accept = Cela appartient à { $number }
brought-hint = Amené ici depuis le ticket { $number }. Les réponses ultérieures viennent ici aussi.
brought-undo = Le remettre
internal-answer = Réponse interne
internal-answer-hint = Répond à quelque chose de transféré en interne. Le client ne le voit pas, et aucune réponse ne le contient.
claims-hint = L’expéditeur prétend être { $name }, mais rien ne le prouve. Cela compte comme un e-mail de l’extérieur.
link-related = Apparenté
link-related-reverse = Apparenté
link-possibly_belongs_to = Celui-ci appartient peut-être à celui-là
link-possibly_belongs_to-reverse = Appartient peut-être à celui-ci
link-continues = Celui-ci poursuit celui-là, clos
link-continues-reverse = Poursuit celui-ci, clos
link-split_from = Détaché de celui-là
link-split_from-reverse = Détaché de celui-ci
refused-take-itself = Le message est déjà dans le ticket { $number }.
refused-take-unknown = Il n’y a pas de ticket { $number }, ou vous ne pouvez pas le voir.
refused-take-leaving = Cet e-mail est en route. Mettez-le là-bas une fois parti.
event-merged_into = Ticket fusionné avec { $new } par { $who }
event-merged = { $old } fusionné avec ce ticket par { $who }
event-unmerged = Ticket ressorti de { $old } par { $who }
event-merge_ended = { $old } ressorti par { $who }
event-article_taken = Message mis dans { $new } par { $who }
event-article_brought = Message amené de { $old } par { $who }
event-participant_removed = { $old } retiré de la conversation par { $who }

# Ce qui est refusé pour une file
refused-number = Écrivez un nombre entier de 0 à { $most }.
refused-sender-name = Le nom compte au plus { $most } caractères sur une ligne.
refused-queue-circle = La file « { $name } » est celle-ci, ou se trouve au-dessous. Choisissez-en une autre.
refused-no-default = Une file doit prendre les e-mails qui n’ont pas d’autre place. Choisissez-la plutôt là-bas.
refused-retire-default = « { $name } » prend les e-mails qui n’ont pas d’autre place. Choisissez d’abord une autre file pour cela.

# Qui participe
people-taking-part = Aussi dans la conversation
person-waits = { $address }, pas encore ajouté
person-accept = Ajouter { $address } à la conversation
person-remove = Retirer { $address } de la conversation
person-add-label = Nom et adresse
person-add = Ajouter
stranger-is-customer = Cette adresse est aussi celle de { $name }
refused-own-address = { $address } est l’une de nos adresses. Elle ne participe à aucune conversation.
refused-participant-customer = { $address } est le client, qui reçoit chaque réponse.
refused-participants = Une conversation compte { $most } personnes au plus. Retirez-en d’abord.
refused-customer-address = { $address } appartient déjà au client { $name }. Retirez-la-lui d’abord, ou reprenez-la avec ses tickets.
refused-last-address = { $address } est la seule adresse du client. Ajoutez-en d’abord une autre.
refused-customer-unknown = Aucun client n’écrit de { $address }.
