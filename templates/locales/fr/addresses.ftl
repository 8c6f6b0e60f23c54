# Les adresses d’une file vues de l’extérieur
queue-check-addresses = Vérifier les adresses
queue-addresses-of = Adresses de { $name }
queue-addresses-intro = Si les e-mails qui leur sont adressés arrivent ici, et si les autres serveurs croient ceux qui en partent. Demandé à l’instant.
queue-addresses-again = Demander encore
reach-title = E-mails à ces adresses
reach-mailbox = La boîte { $name } est relevée.
reach-mailbox-fails = La boîte { $name } est au repos ou en panne. Regardez sa page.
reach-listener = Un serveur de messagerie peut les remettre par SMTP ou LMTP. Un e-mail envoyé de l’extérieur montre s’il le fait : il figure alors dans le journal d’arrivée.
reach-nothing = Rien ne reçoit d’e-mails pour elle : il n’y a ni boîte à cette adresse ni port d’écoute.
reach-empty = Cette file n’a pas d’adresse
reach-empty-hint = Donnez-lui-en une dans ses réglages : vous verrez ici si les e-mails arrivent.
weight-unknown = Indéterminé
dns-title = Ce que le DNS dit de { $domain }
dns-found = Trouvé à { $name } :
dns-add = Ajoutez cette ligne à la zone du domaine :
dns-off = Personne n’a été interrogé : DNS_RESOLVER est désactivé.
dns-silent = Les serveurs de noms n’ont pas répondu : { $error }. Demandez encore.
dns-mx = Ces serveurs reçoivent les e-mails du domaine. Ils doivent les transmettre ici, ou les garder dans une boîte qui est relevée.
dns-mx-none = Aucun serveur n’est nommé pour recevoir les e-mails du domaine ; les autres essaient alors l’adresse du domaine lui-même. Mieux vaut un enregistrement MX qui nomme votre serveur.
dns-mx-null = Le domaine déclare ne recevoir aucun e-mail (un seul MX « . »). Remplacez-le par un enregistrement qui nomme votre serveur.
dns-spf = Le domaine dit quels serveurs peuvent envoyer pour lui. Votre relais doit en faire partie.
dns-spf-none = Le domaine ne dit pas qui peut envoyer pour lui : d’autres serveurs peuvent croire vos e-mails falsifiés. Nommez aussi dans cette ligne ce qui envoie par ailleurs.
dns-spf-several = Il y a plusieurs enregistrements SPF, et alors aucun ne compte. N’en gardez qu’un.
dns-spf-everybody = Tout le monde peut envoyer pour le domaine. Terminez l’enregistrement par ~all ou -all.
dns-spf-open = L’enregistrement ne dit rien des serveurs qu’il ne nomme pas. Terminez-le par ~all ou -all.
dns-dkim = Nos signatures peuvent être vérifiées : la clé publiée est la nôtre.
dns-dkim-none = Nous signons, mais notre clé n’est pas publiée : chaque signature échoue.
dns-dkim-other = Une autre clé est publiée sous notre nom : chaque signature échoue. Remplacez-la par cette ligne.
dns-dkim-not-ours = Ce service ne signe pas (DKIM_KEY n’est pas défini). Votre relais le fait peut-être : demandez à son exploitant sous quel nom.
dns-dmarc = Le domaine demande aux autres serveurs de mettre à l’écart ou de refuser ce qui ne vient pas de lui.
dns-dmarc-reports = Le domaine observe seulement (p=none) : les autres font rapport sans rien refuser. Passez à p=quarantine quand les rapports montrent que SPF ou DKIM réussissent.
dns-dmarc-none = Le domaine ne dit pas que faire de ce qui ne vient pas de lui. Les grands fournisseurs veulent au moins cette ligne ; l’adresse reçoit des rapports.
dns-dmarc-several = Il y a plusieurs enregistrements DMARC, et alors aucun ne compte. N’en gardez qu’un.
dns-dmarc-unreadable = L’enregistrement n’a pas de consigne lisible. Il lui faut p=none, p=quarantine ou p=reject.
dns-slow = Les serveurs de noms n’ont pas répondu en deux secondes. Demandez encore.
dns-spf-nobody = Le domaine dit que personne n’envoie pour lui : les autres serveurs refusent vos e-mails. Nommez vos serveurs avant -all.
