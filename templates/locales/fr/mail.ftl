# Le journal et la boîte d’envoi.
recorder-title = E-mails entrants
recorder-intro = Chaque e-mail qui nous est parvenu, ce qu’il est devenu et pourquoi. Rien ne disparaît sans une ligne ici.
recorder-received = Reçus
recorder-show = Afficher
recorder-all = Tous
recorder-new = Nouveaux tickets
recorder-follow-up = Réponses
recorder-quarantined = Quarantaine
recorder-empty = Aucun e-mail n’est encore arrivé
recorder-empty-hint = Envoyez un e-mail à l’adresse d’une file. Il devient un ticket en quelques secondes.
quarantine = Quarantaine
quarantine-hint = Ceux-ci n’ont pas pu être classés. Ils restent ici jusqu’à ce que vous réessayiez.
from-at-size = De : { $sender }, { $clock }, { $size }
sender-null = expéditeur automatique
no-subject = (sans objet)
retry = Réessayer
look = Voir
open-ticket = Ouvrir le ticket { $number }
mail-quarantined = Cet e-mail attend en quarantaine.
mail-steps = Ce qui lui est arrivé
mail-envelope = Comment il est venu
mail-source = Source
mail-envelope-from = Expéditeur de l’enveloppe
mail-recipients = Destinataires
mail-message-id = Message-ID
mail-auto-response = Confirmation
mail-raw = L’e-mail d’origine
mail-raw-cut = Seul le début est affiché. Téléchargez l’e-mail pour tout voir.
download = Télécharger
disposition-none = En attente de traitement
disposition-new = Nouveau ticket { $ticket }
disposition-follow_up = Ajouté à { $ticket }
disposition-duplicate = Même e-mail que le précédent, gardé une fois
disposition-ignored = Ignoré
disposition-quarantined = En quarantaine

outbox-title = E-mails sortants
outbox-intro = Chaque e-mail qui nous quitte, et où il en est.
outbox-mails = E-mails
outbox-all = Tous
outbox-kind = Genre
outbox-kind-reply = Réponse
outbox-kind-auto_response = Confirmation
outbox-kind-notification = Notification
outbox-of-digest = Des nouvelles, réunies en un e-mail
outbox-of-security = Du nouveau sur la connexion de quelqu’un
outbox-of-another = Au sujet d’un ticket que vous ne pouvez pas lire
outbox-when = Quand
outbox-empty = Rien ici
outbox-empty-hint = Les réponses, confirmations et notifications apparaissent ici pendant et après leur départ.

# E-mails que Turnstone écrit
mail-hello = Bonjour { $name },
mail-ticket = Ticket :
mail-subject = Objet :
mail-queue = File :
mail-customer = Client :
mail-switch-off = Vous recevez cet e-mail à cause de vos préférences :

# Ce que dit une notification ; c’est aussi le début de son objet
notice-new-ticket = Nouveau ticket { $number } dans { $queue } :
notice-follow-up = Nouvelle réponse au ticket { $number } :
notice-follow-ups = { $count } nouvelles réponses au ticket { $number } :
notice-lock-timeout = Votre verrou sur le ticket { $number } a expiré :
notice-move = Le ticket { $number } a été déplacé vers { $queue } :
notice-reminder = Rappel du ticket { $number } :
notice-delivery-failure = Une réponse du ticket { $number } n’est pas arrivée :
notice-taken-over = Le ticket { $number } vous a été repris :
notice-mention = Vous êtes nommé dans une note du ticket { $number } :
notice-assigned = Le ticket { $number } vous a été attribué :
# Ce qu’une action a fait à de nombreux tickets
notice-bulk-move = { $count } tickets ont été déplacés vers { $queue }
notice-bulk-assigned = { $count } tickets vous ont été attribués
notice-bulk-mention = Vous êtes nommé dans une note de { $count } tickets
notice-bulk-other = { $count } tickets ont changé d’un coup
mail-digest = { $n ->
    [one] { $n } événement depuis le dernier e-mail
   *[other] { $n } événements depuis le dernier e-mail
}
mail-digest-more = { $n ->
    [one] … et { $n } autre :
   *[other] … et { $n } autres :
}

# Ce qui a changé dans la façon dont un agent se connecte ; l’objet et la première phrase d’un e-mail
security-passkey-added = La clé d’accès « { $name } » a été ajoutée à votre compte
security-passkey-removed = La clé d’accès « { $name } » a été retirée de votre compte
security-app-added = Une application d’authentification a été ajoutée à votre compte
security-app-removed = L’application d’authentification a été retirée de votre compte
security-factor-reset = Votre second facteur a été réinitialisé : application, clés d’accès et codes de secours ont disparu
security-codes-renewed = De nouveaux codes de secours ont été créés pour votre compte ; les précédents ne valent plus rien
security-token-made = Le jeton d’API « { $name } » a été créé pour votre compte
security-token-ended = Le jeton d’API « { $name } » ne fonctionne plus
security-password = Le mot de passe de votre compte a été changé
security-address = L’adresse e-mail de votre compte a été changée : { $name }
security-tied = Votre compte a été lié à une autre connexion : { $name }
security-untied = Votre compte n’est plus lié à cette connexion : { $name }
security-when = Quand :
security-from = Depuis l’adresse :
security-browser = Navigateur ou programme :
security-by = Changé par :
security-machine = Changé sur le serveur même : en ligne de commande ou par un annuaire.
security-you = Si vous êtes au courant, il n’y a rien à faire.
security-not-you = Sinon, choisissez tout de suite un autre mot de passe (premier lien), vérifiez vos clés d’accès et vos codes (second lien) et prévenez un administrateur de votre helpdesk.
security-always = Cet e-mail protège votre compte et ne peut pas être désactivé.
