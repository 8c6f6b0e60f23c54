# Ce qu’un agent choisit encore : touches, première page, remplaçant, nouvelles des files.
keys-down = Ligne suivante
keys-up = Ligne précédente
keys-go = Aller à une page
keys-change = Changer les touches
keys-intro = Chaque action a une touche. Un champ vide la désactive. Ctrl K, Ctrl Entrée et Échap restent à leur place.
keys-saved = Vos touches sont enregistrées.
keys-usual = d’habitude :
keys-all-usual = Toutes comme d’habitude
keys-save = Enregistrer les touches
refused-key = Un seul caractère, ni espace ni « = ».
refused-key-twice = « { $key } » sert déjà à autre chose.

prefs-start = Après la connexion, ouvrir
prefs-stand-in = Remplaçant pendant votre absence
prefs-stand-in-nobody = Personne
prefs-stand-in-hint = Est informé de vos tickets à votre place, s’il peut les lire. S’il est absent aussi, c’est son remplaçant.
refused-stand-in-circle = Cela tourne en rond : cette personne est absente et son remplaçant ramène à vous. Choisissez quelqu’un d’autre.
refused-stand-in = Cette personne ne peut plus se connecter. Choisissez quelqu’un d’autre.

queue-news = Nouvelles des files
queue-news-hint = Pour les files où vous répondez. Vous êtes toujours informé de vos tickets et de ceux que vous suivez.
queue-news-new_ticket = Nouveaux tickets
queue-news-move = Tickets déplacés ici
queue-news-follow_up = Réponses aux tickets sans responsable
queue-news-save = Enregistrer les nouvelles des files

away-until = Absent jusqu’au : { $date }
away-with-stand-in = Absent jusqu’au : { $date }. Remplaçant : { $name }.
owner-away = { $name } ({ $away })
mail-stands-in = Vous êtes informé parce que vous remplacez { $name }.

files-all = Toutes en ZIP
files-all-ticket = Toutes les pièces jointes en ZIP
refused-archive = Ces fichiers sont trop nombreux pour une archive (2 000 fichiers, 2 Go). Enregistrez-les message par message.

take-title = À quel ticket ce message appartient-il ?
take-intro = Le message y va avec ses fichiers. Vous pouvez le faire revenir.
take-search = Chercher le ticket

# Ce que l’on apprend, et par quelles voies
ways-title = Ce que vous apprenez
ways-intro = Pour chaque événement : quand un e-mail vous en informe, et si la cloche de votre navigateur le fait.
ways-event = Quand
ways-mail = Par e-mail
ways-browser = Dans le navigateur
ways-hint = Ce qui est regroupé part à chaque quart d’heure, à chaque heure pleine ou à 8 h du matin, en un seul e-mail ; aucun s’il ne s’est rien passé. Les files une à une se règlent dans les préférences.
ways-save = Enregistrer ce choix
ways-saved = Votre choix est enregistré.
pace-now = Aussitôt
pace-quarter = Toutes les 15 minutes
pace-hour = Toutes les heures
pace-day = Une fois par jour
pace-off = Pas d’e-mail
system-title = Messages de votre système
system-hint = Tant qu’aucune fenêtre de Turnstone n’est devant vous, votre navigateur peut montrer ce que dit la cloche comme message de votre système. Vous seul pouvez le permettre, et seulement pour ce navigateur.
system-allow = Permettre les messages
system-end = Ne plus montrer de messages
system-on = Les messages sont montrés.
system-off = Aucun message n’est montré.
system-refused = Votre navigateur les refuse : permettez les messages pour cette adresse dans ses réglages, puis rechargez cette page.

# Ce que l’on a appris
notices = Nouvelles
notices-intro = Ce que vous avez appris ces 30 derniers jours, le plus récent d’abord.
notices-choose = Choisir ce que vous apprenez
notices-read-all = Tout marquer comme lu
notices-new = Nouveau :
notices-unread-unit = non lues
notices-empty = Encore rien
notices-empty-hint = Les nouveaux tickets de vos files, les réponses à vos tickets et ce que des collègues attendent de vous apparaissent ici aussitôt.
