# Rôles : la table des droits, ce que fait un changement, pourquoi quelqu’un peut quelque chose.
roles-title = Rôles
roles-intro = Un rôle dit ce que les agents peuvent faire dans quelle file. Qui en a plusieurs peut ce que donne l’un d’eux.
roles-retired = Hors service
roles-retired-hint = Ils ne donnent rien et ne sont offerts nulle part.
role-new = Nouveau rôle
role-new-intro = Personne ne l’a avant que vous ne le donniez.
role-duplicate = Dupliquer
role-everywhere = Des droits dans toutes les files
role-queues = { $n ->
    [0] Aucune file
    [one] Des droits dans { $n } file
   *[other] Des droits dans { $n } files
  }
role-members = { $n ->
    [one] { $n } agent
   *[other] { $n } agents
  }
role-like = Commencer par
role-like-agent = Agent
role-like-lead = Responsable d’équipe
role-like-auditor = Lit seulement
role-like-admin = Administrateur
role-about = À propos
role-description = À quoi il sert
role-installation = Pour toute l’installation
role-who = Qui l’a
role-nobody = Personne encore. Il se donne sur la page d’un agent.
role-only = seulement ce rôle
role-also = aussi { $names }
role-create = Créer le rôle
role-save = Enregistrer le rôle
role-saved = Enregistré. C’est en vigueur dès maintenant.
role-sure = Changer { $name }
role-itself = Le rôle lui-même
role-gives = { $queue } : { $what } ajouté
role-takes = { $queue } : { $what } retiré
role-retire = Mettre hors service
role-retire-title = Mettre { $name } hors service
role-retire-text = Il ne donne plus rien dès ce moment. Qui l’a garde son nom, et il peut être rétabli.
role-retired = Le rôle est hors service : il ne donne plus rien.
role-is-retired = Ce rôle est hors service : il ne donne rien, à qui que ce soit.
role-restore = Rétablir
role-restore-title = Rétablir { $name }
role-restore-text = Il redonne ses droits à tous ceux qui l’ont.
role-restored = Le rôle est de nouveau en service.
matrix-title = Ce que ce rôle peut faire dans chaque file
matrix-caption = Une ligne par file, une colonne par droit
matrix-all = Toutes les files
matrix-retired = hors service
matrix-in = { $right } dans { $queue }
matrix-from = vient avec { $name }
matrix-legend = Les coches teintées viennent avec : complet apporte tout, répondre apporte noter, chacun apporte lire, et les files du dessous reprennent ce qui est coché au-dessus.
matrix-read = Lire
matrix-note = Noter
matrix-reply = Répondre
matrix-move_into = Déplacer ici
matrix-create = Créer
matrix-owner = Propriétaire
matrix-priority = Priorité
matrix-full = Complet
matrix-hint-read = Voir tickets et notes
matrix-hint-note = Écrire des notes internes
matrix-hint-reply = Répondre, verrouiller, transférer, attendre, clore
matrix-hint-move_into = Déplacer des tickets ici
matrix-hint-create = Ouvrir de nouveaux tickets
matrix-hint-owner = Donner des tickets à des collègues
matrix-hint-priority = Monter ou baisser la priorité
matrix-hint-full = Tout, avec client et suppression
refused-role-description = À quoi sert le rôle a au plus { $most } caractères.
refused-role-retired = { $name } est déjà hors service.
refused-role-in-use = { $name } est en service.
why-open = Pourquoi cet agent peut-il quoi ?
why-title = Ce que { $name } peut faire, et pourquoi
why-number = Numéro de ticket
why-ask-queue = Montrer la file
why-ask-ticket = Montrer le ticket
why-ticket = Ticket { $number } dans { $queue }
why-here = Le rôle { $role } donne « { $what } » dans { $queue }.
why-above = Le rôle { $role } donne « { $what } » dans { $place }, et { $queue } le reprend de là.
why-everywhere = Le rôle { $role } donne « { $what } » dans toutes les files, donc dans { $queue }.
why-owner = { $name } possède le ticket, et un propriétaire garde lire et noter où qu’il soit.
why-remedy-role = Le retirer de { $role }, ou { $role } à { $name }
why-remedy-owner = Donner le ticket à quelqu’un d’autre
why-no-right = Rien ne donne ce droit ici.
why-all-facts = Un droit disparaît quand aucun de ses faits ne reste.
