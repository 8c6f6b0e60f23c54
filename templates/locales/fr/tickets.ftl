# Listes
open-count = { $n ->
    [one] { $n } ouvert
   *[other] { $n } ouverts
  }
list-views = Vues
list-view-all = Ouverts
list-view-nobody = Sans propriétaire
list-view-mine = Les miens
list-view-new = Nouveaux
list-view-us = Nous attendent
list-view-customer = Attendent le client
list-view-waiting = En attente
list-view-watched = Suivis
list-view-closed = Clos
list-view-any = Tous les états
list-order = Ordre
list-sort-changed = Derniers modifiés d’abord
list-sort-created = Derniers ouverts d’abord
list-sort-waiting = Plus longues attentes d’abord
list-sort-due = Échéances d’abord
list-sort-priority = Plus urgents d’abord
list-filters = Filtres
list-filter-remove = Retirer le filtre : { $filter }
list-narrow = Restreindre
list-turn-customer = Répondu : attend le client
list-select = Sélectionner le ticket { $number }
list-select-all = Tout sélectionner
list-messages = { $n ->
    [one] { $n } message
   *[other] { $n } messages
  }
list-messages-unit = messages
list-has-files = Avec pièces jointes
list-news = Afficher les nouveaux tickets
list-empty = Plus rien à faire ici
list-empty-hint = Tous ceux qui ont écrit ont une réponse. Les nouveaux tickets apparaissent ici d’eux-mêmes.
unread = non lu
locked = verrouillé
nobody-yet = Encore personne
bulk-label = Tickets sélectionnés
bulk-selected = Sélection
bulk-count-pattern = # sélectionnés
bulk-clear = Annuler la sélection
bulk-none = Sélectionnez d’abord au moins un ticket.
bulk-done = { $n ->
    [one] { $n } ticket modifié.
   *[other] { $n } tickets modifiés.
  }
bulk-refused = { $n ->
    [one] { $n } ticket est resté tel quel.
   *[other] { $n } tickets sont restés tels quels.
  }
lock-to-me = Verrouiller
move = Déplacer
move-to = Déplacer vers
close = Clore
hint-move = se déplacer
hint-open = ouvrir
hint-select = sélectionner
hint-lock = verrouiller
hint-all = tous les raccourcis

# Mots d’un ticket
queue = File
state = État
state-new = Nouveau
state-open = Ouvert
state-pending_reminder = En attente
state-pending_auto = En attente, puis clos
state-closed = Clos
state-merged = Fusionné
state-removed = Supprimé
priority = Priorité
priority-1 = Très basse
priority-2 = Basse
priority-3 = Normale
priority-4 = Haute
priority-5 = Urgente
owner = Propriétaire
nobody = Personne
me = Moi
owner-you = { $name } (vous)
lock = Verrou
lock-ticket = Verrouiller
until = Échéance
customer = Client
subject = Objet
message = Message
attachments = Pièces jointes
history = Historique
linked = Liés
other-tickets = Autres tickets
details = Détails
ticket-details = Détails du ticket
save-details = Enregistrer les détails

# Un ticket
conversation = Conversation
unlock = Déverrouiller
take-over = Reprendre
reopen = Rouvrir
pending-until = échéance : { $date }
lock-free = Non verrouillé
lock-free-owner = Non verrouillé, appartient à { $name }
lock-free-yours = Non verrouillé, vous appartient
lock-mine = Verrouillé par vous depuis { $since }
lock-other = Verrouillé par { $name } depuis { $since }
lock-short-mine = Vous
lock-short-free = Personne
read-only = Vous pouvez lire ce ticket. Pour y répondre, il faut un autre rôle.
internal-note = Note interne
only-agents = Visible des agents seulement
new-badge = Nouveau
new-in-conversation = Nouveau dans cette conversation
stranger-hint = { $address } n’a pas participé jusqu’ici et ne reçoit pas les réponses.
stranger-accept = Ajouter à la conversation
badge-automatic = Automatique
badge-phone = Appel
badge-system = Système
article-more = Plus sur ce message
article-from-to = { $from } à { $to }
article-from-to-cc = { $from } à { $to }, Cc { $cc }
article-to = à { $to }
article-to-cc = à { $to }, Cc { $cc }
reply-quoting = Répondre en citant
show-html = Afficher le HTML
mail-as-received = Afficher l’e-mail d’origine
show-quoted = Afficher le texte cité
no-text = Cet e-mail ne contient pas de texte.
html-mail-from = E-mail de { $name } en HTML
remote-hint = Les images d’Internet ne sont pas chargées. Les afficher révèle à l’expéditeur que l’e-mail a été lu, et où.
remote-show = Afficher les images
file-kind-image = Image
file-kind-pdf = PDF
file-kind-text = Texte
file-kind-mail = E-mail
file-kind-calendar = Événement
file-kind-archive = Archive
file-kind-other = Fichier

# Ce qu’est devenu notre e-mail
delivery-held = Part dans quelques secondes
delivery-due = Attend son départ
delivery-sending = En cours d’envoi
delivery-sent = Envoyé
delivery-sent-at = Remis au relais : { $date }
delivery-deferred = Pas encore accepté
delivery-deferred-why = Le relais n’a pas encore accepté cet e-mail. L’envoi est retenté automatiquement.
delivery-uncertain = Incertain
delivery-uncertain-why = La connexion s’est rompue au dernier moment. L’e-mail est peut-être parti ; il est envoyé une fois encore.
delivery-bounced = Revenu
delivery-bounced-why = Cet e-mail est revenu. Vérifiez l’adresse, puis renvoyez-le.
delivery-cancelled = Repris
delivery-failed = Non envoyé
delivery-failed-why = Le relais a refusé cet e-mail. Vérifiez l’adresse, puis renvoyez-le.
send-again = Renvoyer

# Écrire
composer-kind = Que voulez-vous écrire ?
composer-from = de { $address }
composer-locked = { $name } travaille sur ce ticket. Vous pouvez ajouter une note, ou le reprendre pour répondre.
composer-note-warning = Seuls les agents de { $org } lisent les notes. Rien n’est envoyé.
composer-news = Le client a écrit à nouveau pendant que vous tapiez. Lisez son message plus haut avant d’envoyer.
composer-empty = Il n’y a pas encore de texte. Écrivez d’abord quelque chose.
composer-enter = Rien n’a été envoyé. Pressez le bouton qui dit ce que vous voulez.
new-files-again = Choisissez de nouveau vos fichiers : ils n’ont pas été gardés.
composer-mixed = Il n’était pas clair si c’est une réponse ou une note. Choisissez, puis envoyez à nouveau.
composer-no-recipient = Personne ne recevrait cet e-mail. Indiquez au moins une adresse.
composer-bad-address = « { $address } » n’est pas une adresse e-mail. Écrivez-la comme name@example.org.
composer-until = Choisissez un moment à venir pour le rappel.
reply = Réponse
note = Note
to = À
cc = Cc
attach = Joindre
files = fichiers
file-remove = Retirer { $name }
file-remove-plain = Retirer
file-too-big = Plus grand que ce serveur n’accepte. Envoyez plutôt un lien.
quote = Citer
quote-intro = Le { $date }, { $name } a écrit :
draft-saved = Brouillon enregistré
draft-unsaved = Pas encore enregistré
draft-restored = Brouillon restauré
add-note = Ajouter la note
send = Envoyer
send-other = Autres façons d’envoyer
send-hint = Le ticket reste ouvert et à vous
send-and-close = Envoyer et clore
send-and-close-hint = Une réponse ultérieure le rouvre
send-and-wait = Envoyer et me rappeler
send-wait = Envoyer et attendre
remind-me = Me rappeler le
take-over-and-send = Reprendre et envoyer

# Nouveau ticket
new-intro = Pour les appels, les lettres et tout ce que vous voulez commencer vous-même.
new-kind = Comment commence-t-il ?
new-phone = Appel
new-mail = J’écris un e-mail
new-phone-hint = Noté dans le ticket. Rien n’est envoyé.
new-mail-hint = Envoyé au client depuis l’adresse de la file.
new-customer-hint = Nom et adresse, par exemple Ruth Calloway <ruth@example.org>.
new-no-queue = Vous ne pouvez ouvrir de ticket dans aucune file. Un administrateur peut changer cela.
new-check = Il manque quelque chose. Regardez les champs signalés.
attachments-hint = facultatif
create-ticket = Créer le ticket

# Tableau de bord
greeting-morning = Bonjour, { $name }
greeting-day = Bonjour, { $name }
greeting-evening = Bonsoir, { $name }
dash-mine = Mes tickets
dash-mine-hint = ouverts et à vous
dash-mine-empty = Ici figurent les tickets que vous verrouillez ou possédez.
dash-nobody = Sans propriétaire
dash-nobody-hint = ouverts, à personne
dash-nobody-empty = Quelqu’un s’occupe de chaque ticket ouvert.
dash-reminders = Rappels
dash-reminders-hint = en attente d’une date
dash-reminders-empty = Aucun rappel fixé.
see-all = Tout voir

# Recherche
search-all = Rechercher dans tous les tickets
search-title = Recherche : { $q }
search-hint = Mots, noms, un numéro, tickets clos compris. Pour restreindre :
search-count = { $n ->
    [one] { $n } ticket
   *[other] { $n } tickets
  }
search-none = Aucun ticket ne correspond à « { $q } »
search-none-hint = Essayez avec moins de mots, le début d’un mot, ou retirez un filtre.
