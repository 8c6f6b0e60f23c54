# L’installation après sa première page
wizard-intro = Passez ce que vous voulez : cela vous attend, et chaque étape est aussi une page de l’administration.
wizard-progress = Étapes faites : { $done } sur { $all }.
wizard-look = Organisation et apparence
wizard-in = Courriel entrant
wizard-out = Courriel sortant
wizard-queues = Files
wizard-people = Collègues
wizard-done = Fait.
wizard-agents = { $n ->
    [one] { $n } agent
   *[other] { $n } agents
  }
wizard-left = Remis à plus tard.
wizard-open = Pas encore.
wizard-closed = Cette étape revient à qui peut gérer les files et le courriel. Vous pouvez la passer.
wizard-go = Y aller
wizard-on = Rien à ajouter ici
wizard-later = Plus tard
wizard-leave = Au tableau de bord ; l’installation attend
wizard-dashboard = Au tableau de bord
wizard-dismiss = Ne plus me le rappeler
wizard-notice = Installation, étapes faites : { $done } sur { $all }.
wizard-notice-link = Continuer
wizard-addresses = Adresses de la file { $queue }
wizard-addresses-hint = Une par ligne. Les e-mails qui y arrivent deviennent des tickets.
wizard-in-save = Enregistrer et continuer
wizard-server = D’un serveur de messagerie
wizard-server-hint = Un serveur de messagerie de cette machine ou placé devant remet les e-mails ici :
wizard-server-none = Aucune écoute n’est active : réglez SMTP_LISTEN ou LMTP_LISTEN, ou relevez une boîte mail.
wizard-postfix = Avec Postfix, faites-lui accepter le courriel du domaine (relay_domains), écrivez ceci dans /etc/postfix/transport, nommez-le dans transport_maps et lancez postmap :
wizard-mailbox = D’une boîte mail
wizard-mailbox-hint = Ou les e-mails sont relevés par IMAP là où ils arrivent aujourd’hui. Ce qui s’y trouve devient des tickets.
wizard-mailbox-add = Enregistrer et y regarder
wizard-mailbox-more = POP3, Maildir, OAuth2 …
wizard-queue-hint = Par exemple Facturation. Support existe déjà.
wizard-queue-address = Son adresse
wizard-queue-add = Ajouter la file
wizard-colleagues = Collègues
wizard-colleagues-hint = Un par ligne, par exemple : Dana Kim, dana@example.org.
wizard-role = Ce qu’ils peuvent faire
wizard-role-none = Choisissez un rôle
wizard-invite = Inviter
wizard-no-relay = Aucun relais n’est réglé : les e-mails attendent qu’il y en ait un. Transmettez les liens vous-même d’ici là.
wizard-invited = { $n ->
    [one] { $n } collègue est invité. Transmettez le lien :
   *[other] { $n } collègues sont invités. Transmettez les liens :
  }
wizard-invited-mailed = { $n ->
    [one] { $n } collègue est invité par e-mail. Le lien, au cas où il n’arriverait pas :
   *[other] { $n } collègues sont invités par e-mail. Les liens, au cas où ils n’arriveraient pas :
  }
refused-addresses-changed = Quelqu’un a changé les adresses entre-temps. Regardez-les sur la page de la file, et rouvrez cette étape.
refused-colleagues = Écrivez un collègue par ligne, { $most } au plus.
refused-colleague = Il n’y a pas d’adresse dans « { $line } ». Écrivez-la ainsi : Dana Kim, dana@example.org.
refused-colleague-there = Il y a déjà un agent avec l’adresse { $address }.
refused-colleague-because = « { $line } » : { $why } Personne n’a été invité.
