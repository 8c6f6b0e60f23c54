# Le journal : ce qui est arrivé à un e-mail, ce qui arriverait maintenant, et le bilan.
refused-forgotten = L’original de cet e-mail a été supprimé en raison de son âge (réglage MAIL_RETENTION_DAYS). Son texte et ses fichiers sont dans le ticket.
refused-filed = Cet e-mail est déjà dans le ticket { $number } : le traiter à nouveau l’y mettrait deux fois. Regardez plutôt un aperçu.
refused-copy = Cet e-mail est la copie d’un e-mail classé : le traiter à nouveau donnerait le même résultat.
refused-waits-already = Cet e-mail attend d’être traité. Regardez à nouveau dans un instant.

# La liste
recorder-search = Rechercher dans les e-mails reçus
recorder-search-hint = Objet, adresse, Message-ID ou numéro de ticket
recorder-day = Jour
recorder-day-wrong = Ce n’est pas un jour. Écrivez-le comme 2026-11-26.
recorder-any-source = Toute source
recorder-kind = Genre
recorder-kind-any = Tout genre
recorder-kind-automatic = Écrits par une machine
recorder-kind-bounce = Rapports de remise
recorder-clear = Effacer
recorder-duplicate = Copies
recorder-ignored = Ignorés
recorder-waiting = En attente
recorder-newest = Les plus récents
recorder-none = Aucun e-mail ne correspond
recorder-none-hint = Retirez un filtre, ou cherchez moins de mots. Le début de chaque mot suffit.
recorder-whole = Tout sur cet e-mail
recorder-result = Résultat

# Un e-mail
mail-preview = Que se passerait-il maintenant ?
mail-again = Traiter à nouveau
mail-took = { $ms } ms en tout
mail-step-took = { $ms } ms
mail-no-steps = Il n’a pas encore été traité. Ses étapes apparaissent ici d’elles-mêmes.
mail-forgotten = L’original et ses étapes ont été supprimés en raison de leur âge ({ $at }). Ce qu’est devenu l’e-mail figure dans son ticket.
mail-origin = Vient-il de celui qu’il nomme ?
mail-origin-us = Vérifié par Turnstone.
mail-origin-front = Selon { $server }.
mail-origin-nobody = Personne n’a vérifié.
mail-peer = Remis par
mail-raw-claims = N’importe qui peut écrire n’importe quel en-tête : ce que disent ici Authentication-Results et Received ne sont que des affirmations. Les caractères invisibles sont montrés par leur nom.
step-parse = Lecture
step-classify = Expéditeur
step-authentication = Origine
step-duplicate = Déjà vu ?
step-echo = Notre propre e-mail ?
step-bounce = Rapport de remise
step-match = Ticket
step-policy = Tickets clos
step-queue = File
step-ticket = Nouveau ticket
step-article = Article
step-state = État
step-notification = Prévenus
step-auto_response = Confirmation
step-quarantine = Quarantaine

# Ce qui se passerait maintenant
preview-title = Ce qui se passerait maintenant
preview-back = Retour à l’e-mail
preview-same = La même chose qu’avant.
preview-differs = Il se passerait autre chose que la première fois.
preview-compare = Alors et maintenant
preview-nothing = Un simple aperçu : rien n’a été écrit, personne n’a été prévenu.
preview-step = Étape
preview-before = Ce qui s’est passé
preview-after = Ce qui se passerait
preview-changed = diffère

# Le bilan
balance-title = Bilan des e-mails
balance-intro = Chaque e-mail entré ou sorti, et ce qu’il est devenu. Chaque ligne tombe juste : rien ne disparaît.
balance-csv = Télécharger en CSV
balance-in = Reçus
balance-in-hint = Reçus = nouveaux + réponses + copies + ignorés + quarantaine + en attente
balance-out = Écrits
balance-out-hint = Écrits = envoyés + revenus + échoués + repris + en attente
balance-day = Jour
balance-received = Reçus
balance-new = Nouveaux
balance-follow-up = Réponses
balance-duplicate = Copies
balance-ignored = Ignorés
balance-quarantined = Quarantaine
balance-waiting = En attente
balance-written = Écrits
balance-sent = Envoyés
balance-bounced = Revenus
balance-failed = Échoués
balance-cancelled = Repris
balance-sum = Total
balance-none-in = Aucun e-mail n’est arrivé ces jours-là
balance-none-out = Aucun e-mail n’a été écrit ces jours-là
balance-none-hint = Regardez plus bas les jours plus anciens.
balance-older = Plus anciens
balance-newer = Plus récents
