# Ce que regarde une condition
filter-on-subject = objet
filter-on-from = expéditeur
filter-on-to = destinataire
filter-on-address = une adresse quelconque
filter-on-body = texte
filter-on-header = en-tête
filter-on-named-header = en-tête { $name }
filter-on-envelope_from = expéditeur de l’enveloppe
filter-on-envelope_to = destinataire de l’enveloppe
filter-on-classification = genre d’e-mail
filter-on-attachment_name = nom de pièce jointe
filter-on-attachment_type = type de pièce jointe
filter-on-spam = verdict de spam
filter-on-spam_score = score de spam
filter-on-spf = SPF
filter-on-dkim = DKIM
filter-on-dmarc = DMARC
filter-on-size = taille

# Comment elle compare
filter-test-contains = contient
filter-test-contains_not = ne contient pas
filter-test-is = est
filter-test-is_not = n’est pas
filter-test-begins = commence par
filter-test-ends = finit par
filter-test-matches = correspond au motif
filter-test-matches_not = ne correspond pas au motif
filter-test-exists = est présent
filter-test-missing = manque
filter-test-at_least = est au moins
filter-test-at_most = est au plus
filter-says = { $on } { $test } { $value }
filter-says-bare = { $on } { $test }
filter-quoted = « { $text } »
filter-kb = { $n } ko

# Avec quoi
filter-kind-person = d’une personne
filter-kind-auto_reply = une réponse automatique
filter-kind-bounce = un rapport de remise
filter-kind-list = une liste de diffusion
filter-kind-own_echo = de notre propre adresse
filter-spam-yes = spam
filter-spam-no = pas spam
filter-spam-unknown = non vérifié
filter-result-pass = pass
filter-result-fail = fail
filter-result-softfail = softfail
filter-result-neutral = neutral
filter-result-none = none
filter-result-unknown = inconnu

# Ce que fait une règle
filter-gone = (disparu)
filter-does-ignore = l’ignorer
filter-does-quarantine = le mettre en quarantaine
filter-does-queue = file { $name }
filter-does-priority = priorité { $name }
filter-does-state = état { $name }
filter-does-state-hours = état { $name } pendant { $n } h
filter-does-owner = propriétaire { $name }
filter-does-tag = étiquette { $tag }
filter-does-customer = client { $address }
filter-does-customer-header = client d’après l’en-tête { $name }
filter-does-quiet = pas de réponse automatique

# Ce qui est refusé
filter-refused-many = Il peut y avoir { $most } règles au plus. Supprimez-en, ou réunissez-en plusieurs.
filter-refused-name = Donnez un nom à la règle. Le journal le montre avec chaque e-mail qui lui correspond.
filter-refused-name-long = Un nom compte jusqu’à { $most } caractères, sur une ligne.
filter-refused-name-taken = Une autre règle a ce nom. Choisissez-en un autre.
filter-refused-conditions = Une règle a jusqu’à { $most } conditions. Faites du reste une seconde règle.
filter-refused-header = Nommez l’en-tête comme il figure dans l’e-mail, sans deux-points : X-Priority.
filter-refused-test = Cela ne se compare pas ainsi. Choisissez parmi : { $words }.
filter-refused-word = Choisissez parmi : { $words }.
filter-refused-number = Saisissez un nombre qui n’est pas négatif : 500 pour une taille en ko, 5.5 pour un score.
filter-refused-empty = Saisissez avec quoi comparer.
filter-refused-pattern-long = Saisissez jusqu’à { $most } caractères.
filter-refused-pattern-large = Ce motif est trop grand. Réduisez ses répétitions, comme {"{"}1,1000{"}"}.
filter-refused-pattern = Ce n’est pas un motif : { $why }.
filter-refused-together = Tous les motifs pour une partie d’un e-mail sont ensemble trop grands. Raccourcissez-en, ou supprimez des règles.
filter-refused-nothing = Choisissez au moins une chose que fait la règle.
filter-refused-queue = Cette file n’existe pas. Choisissez-en une autre.
filter-refused-owner = Cet agent n’existe pas. Choisissez-en un autre.
filter-refused-priority = Choisissez une priorité de très basse à urgente.
filter-refused-state = Une règle peut mettre ouvert, en attente ou clos.
filter-refused-hours = Saisissez pendant combien d’heures le ticket attend, de 1 à { $most }.
filter-refused-tags = Saisissez jusqu’à { $most } étiquettes de { $long } caractères au plus, séparées par des virgules.
filter-refused-customer = Saisissez une adresse e-mail, ou le nom d’un en-tête sans deux-points.
filter-refused-stale = { $name } a enregistré entre-temps la version { $version }. Rechargez la page et faites-y votre modification.
refused-not-aside = Aucune règle n’a mis cet e-mail de côté, il n’y a donc rien à laisser entrer. Réessayez-le s’il attend en quarantaine.

# Ce qui est signalé
filter-remark-behind-all = Jamais atteinte : « { $name } », plus haut, correspond à tout e-mail et termine la liste.
filter-remark-behind = Jamais atteinte : « { $name } », plus haut, correspond à chacun de ces e-mails et termine la liste.
filter-remark-contradiction = Ne correspond jamais : « { $one } » et « { $other } » ne peuvent être vrais tous deux.
filter-remark-empty-class = Ne correspond jamais : aucun texte ne peut correspondre au motif « { $pattern } ».
filter-remark-queue-gone = Sa file a disparu. Choisissez-en une autre.
filter-remark-queue-retired = La file { $name } est hors service et ne prend pas de tickets. Choisissez-en une autre.
filter-remark-owner-gone = Son agent a disparu. Choisissez-en un autre.
filter-remark-owner-retired = { $name } ne peut pas se connecter et ne reçoit pas de tickets. Choisissez quelqu’un d’autre.
filter-remark-customer = Le client n’est réglé que pour les nouveaux tickets, et cette règle ne parle que des réponses.
filter-remark-aside = L’e-mail ne va nulle part ; ce que fait d’autre cette règle n’a donc jamais lieu.

# La page
filters-title = Filtres
filters-intro = Les règles regardent chaque e-mail avant qu’il devienne un ticket ou en rejoigne un. Elles sont consultées de haut en bas ; ce que dit une règle plus bas l’emporte.
filters-empty = Pas encore de règle
filters-empty-hint = Une règle peut envoyer les factures dans leur file, étiqueter les e-mails d’un partenaire ou tenir à l’écart ceux d’une surveillance. Ajoutez-en une, et essayez-la sur les e-mails que vous avez avant qu’elle compte.
filter-rules = Règles
filter-version-by = Version { $n } de { $name }
filter-add = Ajouter une règle
filter-new = Nouvelle
filter-edit = Modifier une règle
filter-off = désactivée
filter-stops = termine la liste
filter-if = Si
filter-then = alors
filter-and = { " et " }
filter-or = { " ou " }
filter-every-mail = n’importe quel e-mail arrive
filter-does-nothing = rien, sinon terminer la liste
filter-up = Monter { $name }
filter-down = Descendre { $name }
filter-switch-off = Désactiver
filter-switch-off-name = Désactiver { $name }
filter-switch-on = Activer
filter-switch-on-name = Activer { $name }
filter-delete = Supprimer
filter-delete-name = Supprimer { $name }
filter-deleted = La règle est supprimée.
filter-saved = Enregistré comme version { $n }. Elle compte dès maintenant pour chaque e-mail.
filter-yes = oui
filter-no = non

# Le formulaire d’une règle
filter-rule = Règle
filter-name = Nom
filter-name-hint = Le journal le nomme avec chaque e-mail qui lui correspond.
filter-enabled = Activée
filter-mails-new = nouveaux tickets
filter-mails-follow_up = réponses aux tickets
filter-mails-both = tous les e-mails
filter-all-hold = Toutes sont vraies
filter-any-holds = L’une est vraie
filter-condition = Condition { $n }
filter-no-conditions = Sans condition, la règle parle de tout e-mail.
filter-c-on = Ce qu’il faut regarder
filter-c-choose = Choisir…
filter-c-header = Nom de l’en-tête
filter-c-test = Comment comparer
filter-c-value = Avec quoi
filter-c-result = Résultat
filter-c-add = Ajouter une condition
filter-c-drop = Retirer la condition { $n }
filter-c-hint = Majuscules et minuscules se valent. Une taille est en ko. Un motif est une expression régulière, comme facture\s+\d+.
filter-aside = L’e-mail
filter-aside-none = devient un ticket ou en rejoint un
filter-aside-ignore = est ignoré ; le journal le garde
filter-aside-quarantine = attend quelqu’un en quarantaine
filter-unchanged = Laisser tel quel
filter-retired-choice = { $name } (hors service)
filter-hours = Attend, en heures
filter-hours-hint = Pour les états en attente : quand le propriétaire est prévenu, ou quand le ticket est clos.
filter-tags-hint = Séparées par des virgules.
filter-customer = Client
filter-customer-hint = Une adresse. Nouveaux tickets seulement.
filter-customer-header = Client d’après l’en-tête
filter-customer-header-hint = Son nom, comme X-Customer-Email.
filter-stop = Terminer la liste ici
filter-stop-hint = Les règles plus bas ne sont pas consultées pour un e-mail qui correspond à celle-ci.
filter-save = Enregistrer la règle
filter-check = Quelque chose est à modifier avant l’enregistrement.

# Parties d’une règle et de ce qui est prédit
filter-part-enabled = Activée
filter-part-mails = Parle de
filter-part-when = Quand
filter-part-does = Ce qui se passe
filter-part-stop = Termine la liste
filter-part-becomes = Devient
filter-part-queue = File
filter-part-priority = Priorité
filter-part-state = État
filter-part-owner = Propriétaire
filter-part-tags = Étiquettes
filter-becomes-new = un nouveau ticket
filter-becomes-follow_up = une réponse
filter-becomes-duplicate = une copie, gardée une fois
filter-becomes-ignored = ignoré
filter-becomes-quarantined = mis en quarantaine
filter-nobody = personne
filter-no-tags = aucune

# Essayer
filter-try = Essayer
filter-try-hint = Que feraient les règles des e-mails arrivés ? Ils sont relus et rejoués, une fois sans et une fois avec les règles. Rien n’est modifié.
filter-try-how-many = Combien d’e-mails
filter-newest = { $n ->
    [one] l’e-mail le plus récent
   *[other] les { $n } e-mails les plus récents
  }
filter-try-do = Essayer
filter-try-again = Réessayer
filter-try-no-right = Pour essayer des règles sur des e-mails enregistrés, il faut aussi le droit de voir le journal et de lire toutes les files : objets, expéditeurs et l’état des tickets sont montrés.
filter-try-current = Les règles en vigueur, comparées à aucune règle.
filter-try-version = Version { $n }, comparée aux règles en vigueur.
filter-try-version-hint = Que changerait cette version, comparée aux règles en vigueur ?
filter-try-draft = La liste avec cette règle telle qu’elle est plus haut, comparée aux règles en vigueur.
filter-try-nothing-written = Rien n’a été modifié.
filter-tried = { $n ->
    [0] Il n’y a pas encore d’e-mail.
    [one] Un e-mail a été examiné.
   *[other] { $n } e-mails ont été examinés.
  }
filter-report = E-mails pour lesquels quelque chose change
filter-report-took = Cela a duré { $n } s.
filter-report-mail = E-mail
filter-report-before = Avant
filter-report-after = Après
filter-report-more = { $n } de plus ne sont pas montrés.
filter-report-nothing = Rien ne change pour aucun de ces e-mails.
filter-report-rules = Combien de fois chaque règle a parlé
filter-matched = { $n ->
    [one] pour un e-mail
   *[other] pour { $n } e-mails
  }
filter-not-seen = { $n ->
    [one] pas pour cet e-mail
   *[other] pour aucun des { $n } e-mails
  }

# Versions
filter-versions = Versions
filter-versions-intro = Chaque modification des règles est gardée. Toute version peut être rétablie.
filter-versions-empty = Rien n’a encore été enregistré
filter-versions-empty-hint = La première règle que vous enregistrez devient la version 1.
filter-version = Version { $n }
filter-in-force = en vigueur
filter-restored = Version { $n } rétablie
filter-restore = Rétablir cette version
filter-version-changes = Ce qu’elle a changé
filter-version-rules = Toutes ses règles
filter-version-none = Cette version n’a pas de règle.
filter-no-changes = Rien ne diffère de la version précédente.
filter-change-added = « { $name } » a été ajoutée
filter-change-removed = « { $name } » a été supprimée
filter-change-edited = « { $name } » a été modifiée
filter-change-moved = « { $name } » est passée de la place { $from } à la place { $to }

# Dans le journal
filter-let-in = Laisser entrer
filter-let-in-hint = Une règle a mis cet e-mail de côté. Laissez-le entrer, et il est classé comme si cette règle n’existait pas ; les autres comptent.
step-filter = Filtre
