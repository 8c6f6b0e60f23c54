# Lire ce qui est joint à un e-mail : e-mails dans des e-mails, invitations.
show-signature = Afficher la signature
show-repeated = Afficher le texte d’un message précédent
attached-read = Lire<span class="vh"> { $name }</span>
attached-mail = E-mail joint
attached-calendar = Événement
attached-text = Texte
attached-text-cut = Seul le début est affiché. Téléchargez le fichier pour voir le reste.
attached-in = Joint à ce message
attached-from = De
attached-to = À
attached-cc = Cc
attached-date = Date
attached-empty = Cet e-mail ne contient pas de texte.
attached-download = Télécharger
attached-invitation = Invitation
attached-appointment = Rendez-vous
attached-cancelled = Annulé
attached-accepted = Accepté
attached-declined = Refusé
attached-tentative = Accepté sous réserve
attached-answer = Réponse
attached-counter = Autre moment proposé
attached-when = Quand
attached-your-time = Dans votre fuseau
attached-where = Où
attached-organiser = Invité par
attached-who = Invités
attached-repeats = Répétition
attached-every-day = { $n ->
    [1] chaque jour
   *[other] tous les { $n } jours
}
attached-every-week = { $n ->
    [1] chaque semaine
   *[other] toutes les { $n } semaines
}
attached-every-month = { $n ->
    [1] chaque mois
   *[other] tous les { $n } mois
}
attached-every-year = { $n ->
    [1] chaque année
   *[other] tous les { $n } ans
}
attached-on-days = le { $days }
attached-last-day = dernier { $day }
attached-nth-day = { $day } nº { $number }
attached-until = jusqu’au { $day }
attached-times = { $n ->
    [one] une fois
   *[other] { $n } fois
}
attached-link = Lien
attached-said-accepted = { $name } (accepté)
attached-said-declined = { $name } (refusé)
attached-said-tentative = { $name } (peut-être)
attached-span = { $start } – { $end }
attached-due = échéance : { $end }
attached-day-time = { $date } à { $clock }
attached-in-zone = { $time } ({ $zone })
thread-gap = { $n ->
    [one] { $n } message plus ancien
   *[other] { $n } messages plus anciens
  }
thread-gap-more = Afficher les 20 derniers
thread-gap-all = Tout afficher
