# Ce qui fonctionne et ce qui ne fonctionne pas
diagnostics-title = Diagnostic
diagnostics-side = Système
diagnostics-intro = Ce qui fonctionne, ce qui ne fonctionne pas et ce qu’il faut faire : la même chose que « turnstone doctor » en ligne de commande.
diagnostics-here = Cette installation
diagnostics-outside = Relais, serveurs de noms, connexion ailleurs
diagnostics-outside-text = Ils ne sont interrogés que sur demande : cela prend jusqu’à six secondes.
diagnostics-ask = Les interroger maintenant
diagnostics-again = Vérifier à nouveau
diagnostics-all-good = Tout fonctionne.
diagnostics-todo = { $n ->
    [one] Un point demande votre attention.
   *[other] { $n } points demandent votre attention.
  }
weight-good = Bon
weight-warning = À vérifier
weight-bad = En panne
doctor-about-version = Version
doctor-about-data-directory = Répertoire de données
doctor-about-disk = Disque
doctor-about-server = Serveur
doctor-about-certificate = Certificat
doctor-about-origin-of-mail = Origine des courriels
doctor-about-address = Adresse
doctor-about-roles = Rôles du processus
doctor-about-database = Base de données
doctor-about-clock = Horloge
doctor-about-audit = Journal d’audit
doctor-about-search = Index de recherche
doctor-about-people = Personnes
doctor-about-queues = Files
doctor-about-backup = Sauvegarde
doctor-about-mail-in = Courriel entrant
doctor-about-mail-out = Courriel sortant
doctor-about-mailbox = Boîte aux lettres
doctor-about-relay = Relais
doctor-about-returns = Retours
doctor-about-signature = Signature
doctor-about-dns = DNS
doctor-about-directory = Annuaire
doctor-about-sign-in = Connexion
doctor-version = Turnstone { $version }
doctor-directory = { $folder } est accessible en écriture
doctor-directory-locked = { $folder } n’est pas accessible en écriture ({ $error })
doctor-do-directory-locked = Créez-le et donnez-le à l’utilisateur qui exécute Turnstone, lancez la commande sous cet utilisateur, ou définissez DATA_DIR.
doctor-disk = assez de place : { $gigabytes } Go libres
doctor-disk-full = { $folder } a { $free } Mo libres, moins que les { $reserve } Mo gardés libres : aucun e-mail n’est accepté
doctor-do-disk-full = Faites de la place : d’ici là, aucun courriel n’est accepté. Rien d’autre n’est nécessaire.
doctor-disk-unseen = l’espace libre ne peut pas être examiné ({ $error })
doctor-do-disk-unseen = Laissez le serveur lire le répertoire des données et celui de la base.
doctor-server = turnstone serve est en marche
doctor-server-elsewhere = non interrogé : avec PostgreSQL il peut tourner sur n’importe quelle machine ; voir son /readyz
doctor-server-none = turnstone serve ne tourne pas dans ce répertoire de données
doctor-do-server-none = Démarrez-le : turnstone serve.
doctor-certificate = { $file } est utilisable
doctor-certificate-until = { $file } est valable encore { $n } jours, jusqu’au { $end }
doctor-certificate-wrong = { $error }
doctor-do-certificate-wrong = Corrigez TLS_CERT et TLS_KEY.
doctor-certificate-ends = { $file } expire dans { $n } jours, le { $end }
doctor-do-certificate-ends = Renouvelez-le et vérifiez pourquoi il ne l’a pas été automatiquement. Le nouveau fichier est pris sans redémarrage.
doctor-certificate-over = { $file } a expiré le { $end } : les navigateurs le refusent
doctor-do-certificate-over = Renouvelez-le maintenant. Le nouveau fichier est pris sans redémarrage.
doctor-origin = SMTP_LISTEN accepte du courriel d’autres machines, et personne ne vérifie SPF, DKIM et DMARC
doctor-do-origin = Réglez DNS_RESOLVER sur system, ou AUTHSERV_ID sur le nom du serveur de courriel en amont qui le fait.
doctor-address = les liens dans les courriels mènent à { $url }, qui ne marche que sur cette machine
doctor-do-address = Réglez PUBLIC_URL sur l’adresse que l’on saisit, par exemple https://help.example.org.
doctor-roles = ce processus ne fait que { $roles }, et avec SQLite aucun autre ne peut faire le reste
doctor-do-roles = Retirez ROLES, ou utilisez PostgreSQL.
doctor-database = { $database } répond
doctor-no-database = { $database } est inutilisable : { $error }
doctor-do-no-database = Corrigez DATABASE_URL, ou démarrez la base de données.
doctor-clock = elle n’est pas en retard sur la dernière écriture
doctor-clock-back = elle indique { $now }, mais une écriture date de { $newest } : elle a été reculée
doctor-do-clock-back = Réglez l’horloge de la machine et faites-la maintenir (chrony, systemd-timesyncd).
doctor-clock-apart = elle indique { $now }, celle du serveur de base de données { $there } : l’une des deux est fausse
doctor-do-clock-apart = Faites maintenir à l’heure les horloges des deux machines (chrony, systemd-timesyncd).
doctor-clock-behind = elle semble en retard : sur { $n } personnes dont l’e-mail est arrivé en dernier, plus de la moitié l’ont daté d’au moins { $minutes } min après son arrivée
doctor-do-clock-behind = Comparez-la à une autre horloge et faites-la maintenir (chrony, systemd-timesyncd). Une fois à l’heure, ce message disparaît avec les prochains e-mails.
doctor-index = tous les tickets sont trouvables
doctor-index-left = { $n ->
    [one] un ticket n’est pas encore trouvable
   *[other] { $n } tickets ne sont pas encore trouvables
  }
doctor-do-index-left = L’index est en construction. Si le nombre ne change pas, il manque un processus avec le rôle worker ; son journal dit ce qui le bloque.
doctor-people = { $n ->
    [one] 1 agent
   *[other] { $n } agents
  }
doctor-nobody = il n’y a aucun agent
doctor-do-nobody = Lancez turnstone setup, ou ouvrez le lien que turnstone serve affiche.
doctor-queues = files en service : { $queues }, leurs adresses : { $addresses }
doctor-no-queue = il n’y a aucune file
doctor-do-no-queue = Créez-en une dans l’administration, ou : turnstone queue add --name Support --address support@…
doctor-no-address = aucune file n’a d’adresse, donc chaque courriel est remis à plus tard avec 451
doctor-do-no-address = Donnez une adresse à l’une d’elles : dans l’administration, ou turnstone queue add --name … --address ….
doctor-backup = { $n ->
    [0] faite aujourd’hui
    [1] faite hier
   *[other] faite il y a { $n } jours
  }
doctor-backup-old = la dernière date de { $n } jours
doctor-do-backup-old = Vérifiez pourquoi la sauvegarde ne tourne pas. Une fois finie, elle doit toucher { $file } (touch).
doctor-backup-unknown = nul ne sait s’il y en a une
doctor-do-backup-unknown = Sauvegardez l’installation chaque jour : turnstone backup create --to DOSSIER, ou comme l’indique le manuel d’exploitation, avec un script qui touche { $file } à la fin (touch).
doctor-in = rien n’attend
doctor-in-waits = { $n ->
    [one] un courriel accepté attend, depuis { $minutes } min
   *[other] { $n } courriels acceptés attendent, le plus ancien depuis { $minutes } min
  }
doctor-do-in-waits = Un processus avec le rôle worker tourne-t-il ? Son journal dit ce qui le bloque.
doctor-quarantine = { $n ->
    [one] un courriel n’a pas pu être traité
   *[other] { $n } courriels n’ont pas pu être traités
  }
doctor-do-quarantine = Consultez le journal du courriel ; chacun a sa raison et un bouton pour réessayer.
doctor-out = rien n’attend
doctor-out-on-its-way = { $n } en route
doctor-out-waits = { $n ->
    [one] un courriel attend de partir, depuis { $minutes } min
   *[other] { $n } courriels attendent de partir, le plus ancien depuis { $minutes } min
  }
doctor-do-out-waits = La page de la boîte d’envoi dit ce que le relais a répondu. Ils partiront d’eux-mêmes quand il sera revenu.
doctor-out-failed = { $n ->
    [one] un courriel a été refusé définitivement
   *[other] { $n } courriels ont été refusés définitivement
  }
doctor-do-out-failed = Leurs tickets disent pourquoi, avec un bouton pour renvoyer.
doctor-mailbox = { $name } est relevée
doctor-mailbox-rests = { $name } est au repos
doctor-mailbox-silent = { $name } ne donne plus de courriel depuis { $minutes } min. { $trouble }
doctor-do-mailbox-silent = Un nouvel essai se fait tout seul. Administration, Boîtes aux lettres montre chaque étape avec un courriel d’essai.
doctor-mailbox-left = { $name } n’a pas été relevée depuis { $minutes } min
doctor-do-mailbox-left = Un processus avec le rôle mail tourne-t-il ? Son journal dit ce qui le bloque.
doctor-mailbox-stuck = { $name } : son serveur ne donne pas { $n } courriels
doctor-do-mailbox-stuck = Regardez-les avec un logiciel de courriel ; ce qui ne s’y ouvre pas est endommagé sur le serveur.
doctor-relay = { $relay } répond à { $address }
doctor-no-relay = aucun n’est réglé ; le courriel sortant attend dans la boîte d’envoi
doctor-do-no-relay = Réglez-en un dans l’administration, sous Relais, ou SMTP_RELAY, par exemple smtp://127.0.0.1:25.
doctor-relay-sealed = le mot de passe du relais ne s’ouvre pas ; le courriel sortant attend dans la boîte d’envoi
doctor-do-relay-sealed = Saisissez-le à nouveau dans l’administration, sous Relais, ou remettez secret.key.
doctor-relay-away = { $relay } est injoignable ({ $error }) ; le courriel sortant attend
doctor-do-relay-away = Démarrez-y le serveur de courriel, corrigez SMTP_RELAY, ou ouvrez le pare-feu.
doctor-silent = pas de réponse en { $seconds } s
doctor-nameless = le nom n’a pas d’adresse
doctor-returns = le relais accepte ce qui revient pour { $address }
doctor-returns-refused = le relais refuse ce qui revient pour { $address } derrière un + : { $why }
doctor-do-returns-refused = Réglez recipient_delimiter = + dans le serveur de courriel en amont, ou RECIPIENT_DELIMITER sur off.
doctor-signature = les courriels de { $domain } sont signés ; ceci doit figurer dans le DNS : { $record }
doctor-signature-wrong = { $error }
doctor-do-signature-wrong = Corrigez DKIM_KEY ; d’ici là, serve ne démarre pas.
doctor-dns = { $domain } indique qui peut envoyer en son nom
doctor-audit = aucune entrée ne manque à la fin du journal d’audit
doctor-audit-cut = la fin du journal d’audit manque : l’entrée qui était la plus récente il y a peu n’y est plus
doctor-do-audit-cut = Si la base a été restaurée d’une sauvegarde plus ancienne, ou copiée avant { $file }, supprimez ce fichier. Sinon, quelqu’un a retiré des entrées : lancez turnstone audit verify et comparez avec l’endroit où AUDIT_LOG les envoie.
doctor-audit-blind = personne ne sait si la fin du journal d’audit est là : { $file } est illisible : { $error }
doctor-do-audit-blind = Rendez { $file } lisible pour Turnstone. S’il est abîmé, cherchez qui l’a fait, lancez turnstone audit verify et supprimez-le : il sera réécrit.
doctor-dns-off = non interrogé : DNS_RESOLVER est désactivé
doctor-dns-silent = rien n’a pu être appris sur { $domain } : { $error }
doctor-do-dns-silent = Vérifiez les serveurs de noms dans /etc/resolv.conf, ou réglez DNS_RESOLVER sur l’un qui répond.
doctor-dns-spf = { $domain } n’a pas d’enregistrement SPF : d’autres serveurs peuvent croire nos courriels falsifiés
doctor-do-dns-spf = Publiez pour { $domain } un enregistrement TXT qui nomme le relais, par exemple "v=spf1 mx -all".
doctor-dns-uncovered = l’enregistrement SPF de { $domain } ne couvre pas le relais { $relay } ({ $addresses }) : d’autres serveurs peuvent prendre nos courriels pour des faux
doctor-do-dns-uncovered = Ajoutez { $mechanism } à l’enregistrement, ou ce qu’indique le responsable du relais.
doctor-dns-spf-broken = l’enregistrement SPF de { $domain } ne peut pas être évalué : il contient une erreur ou demande plus de dix recherches
doctor-do-dns-spf-broken = Corrigez-le, ou retirez ce qu’il inclut sans nécessité ; d’ici là, il ne vaut pour personne.
doctor-dns-dkim = la clé qui signe les courriels de { $domain } n’est pas publiée : les signatures ne valent rien
doctor-do-dns-dkim = Publiez l’enregistrement indiqué sous « Signature ».
doctor-dns-dmarc = { $domain } n’a pas d’enregistrement DMARC
doctor-do-dns-dmarc = Publiez pour _dmarc.{ $domain } un enregistrement TXT, pour commencer "v=DMARC1; p=none".
doctor-directory-answers = { $id } répond à { $address }
doctor-directory-away = { $id } ne peut être interrogé : { $why }
doctor-do-directory-away = Corrigez-le dans Administration, Connexion ou dans SIGN_IN_FILE, ou remettez l’annuaire en état. D’ici là, seuls les mots de passe conservés ici fonctionnent.
doctor-directory-compared = { $id } a été comparé aux agents : { $at }
doctor-directory-late = { $id } a été comparé aux agents pour la dernière fois : { $at }
doctor-do-directory-late = Un processus avec le rôle worker tourne-t-il ?
doctor-directory-left = { $id } n’a pas été comparé aux agents. { $why }
doctor-do-directory-left = Administration, Connexion, ou turnstone directory sync --dry-run montre ce que ferait une comparaison.
doctor-site-answers = { $id } répond à { $address }
doctor-site-away = { $id } ne peut être interrogé : { $why }
doctor-do-site-away = Corrigez-le dans Administration, Connexion ou dans SIGN_IN_FILE, ou remettez le site en état. D’ici là, son bouton ne mène nulle part.
doctor-way-sealed = { $id } ne peut servir : son mot de passe manque, ou il a été scellé avec une autre clé
doctor-do-way-sealed = Saisissez-le encore une fois dans Administration, Connexion. D’ici là, personne n’entre par là.
doctor-roles-unknown = { $id } donne des rôles qui n’existent pas : { $roles }
doctor-do-roles-unknown = Créez ces rôles, ou corrigez leurs noms dans Administration, Connexion ou dans SIGN_IN_FILE.
doctor-trust = { $id } croit { $authorities }
doctor-trust-wrong = { $id } ne peut dire quels certificats comptent : { $why }
doctor-do-trust-wrong = Corrigez le fichier, ou récupérez-le à nouveau ; il est relu de lui-même. D’ici là compte le dernier qui était lisible, et aucun après un redémarrage. Les mots de passe fonctionnent toujours.
doctor-trust-ends = { $id } croit { $authorities }, qui prend fin : { $end }
doctor-do-trust-ends = Mettez le prochain certificat de l’autorité dans le même fichier, à côté de l’ancien.
doctor-trust-unlisted = { $id } ne regarde pas si des certificats ont été révoqués
doctor-do-trust-unlisted = Nommez la liste de votre autorité dans SIGN_IN_FILE : crl = "…".
doctor-revoked = { $id } a la liste de révocation de { $issuer } ; la prochaine est attendue : { $next }
doctor-revoked-due = { $id } : la prochaine liste de révocation de { $issuer } est attendue : { $next }
doctor-do-revoked-due = Regardez pourquoi { $file } n’est pas encore renouvelé. Ensuite, plus personne ne se connecte avec un certificat.
doctor-revoked-late = { $id } : la prochaine liste de révocation de { $issuer } était attendue : { $next }. L’ancienne compte quand même
doctor-do-revoked-late = Récupérez la nouvelle liste dans { $file }, et regardez pourquoi cela ne se fait pas tout seul.
doctor-revoked-over = { $id } : la prochaine liste de révocation de { $issuer } était attendue : { $next }. Personne ne se connecte donc avec un certificat
doctor-do-revoked-over = Récupérez la nouvelle liste dans { $file }, et regardez pourquoi cela ne se fait pas tout seul. Elle est prise sans redémarrage. Les mots de passe fonctionnent toujours.
doctor-trust-listless = { $id } n’a pas de liste de révocation de { $issuer } : ceux qu’elle a certifiés ne se connectent pas
doctor-do-trust-listless = Nommez aussi sa liste dans SIGN_IN_FILE (crl) : une pour chaque autorité.

# Pourquoi un annuaire, un site ou une autorité ne peut être interrogé ; la fin d’une autre phrase
why-busy = trop de connexions l’attendent en même temps
why-late = pas de réponse à temps
why-late-within = pas de réponse en { $seconds } s
why-unreadable = une réponse illisible
why-no-line = pas de connexion à { $address } : { $said }
why-no-line-in-time = pas de connexion à { $address } à temps
why-no-service = sans bind_dn, personne ne peut rechercher les personnes
why-service-refused = il ne laisse pas entrer { $dn } ({ $said })
why-service-not-again = il ne laisse pas entrer { $dn } une seconde fois
why-no-passwords = il ne vérifie pas les mots de passe ({ $said })
why-no-search = il ne répond pas à une recherche ({ $said })
why-many-entries = plus de { $most } entrées correspondent au filtre
why-base-empty = il n’y a rien sous la base { $base }
why-base-elsewhere = il renvoie ailleurs pour { $base } ; les renvois ne sont pas suivis
why-many-gone = { $going } agents sur { $tied } ne sont plus dans l’annuaire { $directory }. Cela ressemble à une erreur dans sa base ou son filtre, rien n’a donc été changé. Si c’est exact, lancez turnstone directory sync --force.
why-site-name = il se nomme { $said }, non { $name }
why-plain = { $address } n’est pas chiffré
why-no-address = { $address } n’est pas une adresse
why-status = { $address } répond { $status }
why-cannot-read = { $file } est illisible ({ $said })
why-host-late = { $host } : pas de réponse à temps
why-no-key = il ne publie aucune clé pour RS256 ou ES256
why-no-certificate = { $file } ne contient aucun certificat au format PEM
why-no-list = { $file } ne contient aucune liste de certificats révoqués
why-certificate-unreadable = { $file } : un certificat est illisible ({ $said })
why-no-authority = { $file } : { $name } n’est pas une autorité
why-authority-unusable = { $file } : une autorité est inutilisable ({ $said })
why-none-valid = { $file } : aucune autorité n’y est valable à présent
why-namesakes = { $file } : trop d’autorités du même nom
why-list-unusable = une liste de certificats révoqués est inutilisable ({ $said }) ; elle doit être de version 2
why-list-unreadable = { $file } : une liste de certificats révoqués est illisible
why-list-endless = { $file } : la liste ne dit pas quand vient la suivante
why-list-older = { $file } : la liste est plus ancienne que celle qui compte
