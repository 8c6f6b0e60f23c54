# Agents : leurs pages, liens, refus ; les droits en mots.
people-side = Personnes
people-title = Agents
people-intro = Les personnes qui répondent aux tickets. Les rôles disent ce que chacune peut faire.
people-show = Quels agents
people-all = En service
people-tab-active = Actifs
people-tab-invited = Invités
people-tab-expired = Expirés
people-tab-retired = Partis
people-is-active = Actif
people-is-invited = Invité
people-is-expired = Expiré
people-is-retired = Parti
people-find = Trouver un agent
people-find-hint = Nom, identifiant ou adresse
people-search = Chercher
people-none = Personne n’est trouvé
people-none-hint = Regardez une autre liste, ou tapez moins de mots.
agent-add = Ajouter un agent
person-add-another = Ajouter un autre agent
person-added = { $name } est ajouté
person-open = Ouvrir { $name }
person-name = Nom
person-roles = Rôles
person-last = Dernière connexion
person-never = Jamais
person-never-yet = Ne s’est jamais connecté.
person-away = Absent jusqu’à
person-no-role = Aucun rôle : ne voit rien
person-check = Quelque chose doit être changé avant l’enregistrement. Regardez les champs marqués.
person-who = Qui
person-email-hint = Les invitations et les notifications y sont envoyées.
person-email-in = Dans { $domains }. Les invitations et les notifications y sont envoyées.
person-login-hint = Vide : ce qui précède le @ de l’adresse.
person-roles-hint = Sans rôle, un agent ne voit aucun ticket.
person-role-manages = Donne des droits d’administration.
person-role-retired = { $name } (hors service : ne donne rien)
person-way-in = Connexion
person-by-invitation = Inviter
person-by-invitation-hint = Un lien avec lequel l’agent choisit un mot de passe. Il marche une fois, pendant sept jours.
person-send = Envoyer le lien par e-mail
person-send-hint = Vous le voyez aussi une fois à la page suivante.
person-by-password = Générer un mot de passe
person-by-password-hint = Vous le voyez une fois et le transmettez. L’agent doit en choisir un autre en se connectant.
person-habits = Habitudes
person-zone-hint = Par exemple Europe/Berlin. Vide : celui de l’installation.
person-notify = E-mail quand
person-expiry = Peut se connecter jusqu’à
person-expiry-hint = À partir de là, l’agent n’entre plus, comme s’il était parti. Vide : sans fin.
person-expiry-wrong = Écrivez une date et une heure, ou laissez vide.
person-mailed = Le lien est en route vers { $address }.
person-once = Affiché cette seule fois
person-link-invitation = Invitation
person-link-reset = Lien pour un nouveau mot de passe
person-invitation-once = Il marche une fois, pendant sept jours, et n’est affiché que maintenant. Un nouveau y met fin.
person-reset-once = Il marche une fois, pendant une heure, et n’est affiché que maintenant. Un nouveau y met fin.
person-new-password = Un nouveau mot de passe
person-password-once = Il n’est affiché que maintenant. L’agent doit en choisir un autre en se connectant.
person-save = Enregistrer
person-there = Déjà ajouté, à l’instant. Si vous n’avez pas vu le lien ou le mot de passe, créez-en un nouveau ci-dessous.
person-saved = Enregistré. C’est en vigueur dès maintenant.
person-roles-saved = Les rôles sont changés, en vigueur dès maintenant.
person-ties = Connu ailleurs
person-ties-hint = Le nom, l’adresse, les rôles issus des groupes et la fin du compte viennent de là. Délier déconnecte qui est entré par là ; la commande turnstone agent link établit un lien.
person-untie = Délier
person-untie-of = Délier de { $method }
person-untied = Lien défait. Ce qui venait de là reste jusqu’à ce que quelqu’un le change. Qui se connecte là de nouveau est relié par son adresse.
person-sessions-ended = Déconnecté là-bas.
person-token-revoked = Le jeton ne marche plus.
person-restored = De retour. Si l’ancien mot de passe est perdu, il en faut un nouveau ou un lien.
person-retired = Parti. Sessions et jetons sont terminés ; le nom reste sur ce qui a été fait.
person-retired-given = { $n ->
    [one] Un ticket ouvert est passé au collègue.
   *[other] { $n } tickets ouverts sont passés au collègue.
  }
person-retired-free = { $n ->
    [one] Un ticket ouvert n’a plus de propriétaire.
   *[other] { $n } tickets ouverts n’ont plus de propriétaire.
  }
person-roles-look = Voir ce qui change
person-roles-sure = Rôles de { $name }
person-roles-save = Changer les rôles
person-invited-until = Invité. Le lien marche jusqu’à :
person-reset-until = Il y a un lien pour un nouveau mot de passe. Il marche jusqu’à :
person-must-change = Un nouveau mot de passe doit être choisi à la prochaine connexion.
person-invite-again = Nouvelle invitation
person-reset = Lien pour un nouveau mot de passe
person-generate = Générer un mot de passe
person-generate-hint = Toutes les sessions se terminent. Vous voyez le mot de passe une fois.
person-no-way-in = Tant que le compte est parti ou expiré, personne ne s’y connecte.
person-sessions = Connecté
person-this-session = ce navigateur
person-end-session = Déconnecter
person-end-session-of = Déconnecter de { $address }
person-end-all = Déconnecter partout
person-no-sessions = Connecté nulle part.
person-tokens = Jetons d’API
person-revoke = Révoquer
person-revoke-of = Révoquer { $name }
person-no-tokens = Il n’y en a pas.
person-out = Hors service
person-retire = Mettre hors service…
person-retire-hint = Exclu aussitôt ; les tickets ouverts sont transmis. Le nom reste sur les anciens tickets.
person-restore = Rétablir
person-restore-hint = Les rôles sont encore là. Les anciennes sessions et les anciens jetons restent terminés.
retire-title = Mettre { $name } hors service
retire-text = Sessions, jetons et notifications se terminent aussitôt.
retire-open = { $n ->
    [one] { $n } ticket ouvert va
   *[other] { $n } tickets ouverts vont
  } à
retire-open-hint = Ce qui se trouve dans des files où le collègue ne peut pas travailler va à personne.
retire-nobody = personne : offert dans les files
retire-none = Il n’y a aucun ticket ouvert à transmettre.
retire-own-templates = Ses propres modèles ne sont vus de personne, et jetés après 30 jours si la personne ne revient pas.
retire-do = Mettre hors service
domains-title = Domaines d’e-mail autorisés
domains-intro = Les agents ont leur adresse dans l’un de ceux-ci. Personne n’est invité ailleurs.
domains-label = Domaines
domains-hint = Un par ligne, sans @. Vide : tous. Les agents déjà là restent.
domains-save = Enregistrer
domains-are = Adresses seulement dans { $domains }.
domains-any = Adresses dans tout domaine.
domains-change = Changer
rights-changes = Ce qui change
rights-no-change = Aucun agent n’y gagne ni n’y perd rien.
rights-gain-in = { $n ->
    [one] { $who } gagne
   *[other] { $who } gagnent
  } dans { $queue } : { $what }
rights-lose-in = { $n ->
    [one] { $who } perd
   *[other] { $who } perdent
  } dans { $queue } : { $what }
rights-gain = { $n ->
    [one] { $who } gagne
   *[other] { $who } gagnent
  } : { $what }
rights-lose = { $n ->
    [one] { $who } perd
   *[other] { $who } perdent
  } : { $what }
rights-and-more = { $names } et { $n } autres
right-read = lire
right-note = noter
right-reply = répondre
right-move_into = déplacer ici
right-create = créer
right-owner = propriétaire
right-priority = priorité
right-full = tout (complet)
installation-people = gérer les personnes et les rôles
installation-queues_and_mail = gérer les files et le courrier
installation-recorder = voir le journal du courrier
installation-export = exporter
installation-api = créer ses propres jetons d’API
login-password-set = Votre mot de passe est choisi. Connectez-vous avec lui.
link-gone-title = Ce lien ne marche plus
link-gone-text = Il a été utilisé, remplacé par un plus récent, ou son temps est passé. Un administrateur peut vous en envoyer un autre.
new-password-title = Choisir un mot de passe
new-password-text = Bonjour { $name }, choisissez un nouveau mot de passe. Vous êtes déconnecté partout ailleurs.
own-password-text = Bonjour { $name }, quelqu’un d’autre connaît le mot de passe avec lequel vous vous êtes connecté. Choisissez le vôtre.
new-password-set = Choisir ce mot de passe
invitation-heading = Bienvenue chez { $org }
invitation-text = Bonjour { $name }, choisissez un mot de passe, puis connectez-vous.
password-same = C’est le mot de passe que quelqu’un d’autre connaît. Choisissez-en un autre.
password-own-first = Choisissez d’abord votre propre mot de passe.
mail-link-subject-invitation = Votre compte chez { $organisation }
mail-link-subject-reset = Un nouveau mot de passe chez { $organisation }
mail-link-invitation = Vous avez un compte à l’assistance de { $organisation }. Votre identifiant est { $login }. Ouvrez ce lien pour choisir votre mot de passe :
mail-link-reset = { $organisation } vous laisse choisir un nouveau mot de passe pour l’identifiant { $login }. Ouvrez ce lien :
mail-link-end-invitation = Il marche une fois, pendant sept jours.
mail-link-end-reset = Il marche une fois, pendant une heure. Si vous ne l’avez pas demandé, dites-le à un administrateur.
refused-last-admin = Ce serait la fin du dernier agent qui peut se connecter et gérer les personnes. Donnez d’abord ce droit à un autre agent.
refused-agent-gone = { $name } est parti ou expiré. Rétablissez d’abord le compte.
refused-agent-there = { $name } n’est pas parti.
refused-hand-over = Choisissez un collègue qui peut se connecter.
refused-role-gone = L’un de ces rôles n’est pas en service. Rechargez la page.
refused-language = Choisissez l’une des langues offertes.
refused-domain = « { $name } » n’est pas un domaine. Écrivez-le comme example.org.
refused-domains = Au plus { $most } domaines.
refused-foreign-domain = Les agents ont leur adresse dans { $domains }. Prenez-en une, ou autorisez un autre domaine.
former-agent = Ancien agent { $n }
erase-agent-login = Identifiant
erase-agent-tickets = Tickets qui nomment cette personne
erase-agent-intro = Cela ne peut pas être annulé. Ce que cette personne a fait reste, fait par « Ancien agent ».
erase-agent-goes = Le nom, l’identifiant, l’adresse, le mot de passe, les clés d’accès, les sessions, les jetons, les préférences, les modèles personnels, les brouillons et les recherches enregistrées disparaissent, ainsi que les messages d’origine qui contiennent le nom ou l’adresse. Le nom complet, même ancien, et l’adresse sont retirés des textes et des messages sortants ; un prénom seul reste, de même qu’un nom ou une adresse que quelqu’un d’autre porte aussi.
erase-agent-stays = Ce qui a été écrit aux clients reste, sans le nom. Le journal d’audit garde l’identifiant jusqu’à la fin de son propre délai : il prouve qui a fait quoi. Vos règles et vos sauvegardes ne sont pas parcourues. Qui figure sous la même adresse parmi les clients y est effacé.
erase-agent-hint = Quand plus personne n’a besoin de savoir qui c’était, le compte peut être effacé définitivement.
refused-erase-agent-unsure = Dites que vous êtes sûr.
refused-erase-agent-there = { $name } est encore en service. Retirez d’abord le compte ; il pourra ensuite être effacé.
agent-erased = Effacé. Ce que cette personne a fait reste, sans le nom.
