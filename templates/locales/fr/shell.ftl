# Le cadre de chaque page.
skip-to-content = Aller au contenu
menu-open = Ouvrir le menu
menu-close = Fermer le menu
nav-main = Menu principal
theme-switch = Passer du clair au sombre
search = Rechercher
search-words = Numéro de ticket ou mots
new-ticket = Nouveau ticket
dashboard = Tableau de bord
tickets-all = Tickets ouverts
tickets-mine = Mes tickets
queues = Files
mail = E-mail
administration = Administration
back-to-tickets = Retour aux tickets
open-unit = ouverts
in-quarantine = en quarantaine
preferences = Préférences
sign-out = Se déconnecter
taking-tickets = Prend des tickets
away-until-short = De retour : { $date }
dismiss = Masquer
undo = Annuler
held-toast = Votre réponse à { $ticket } part dans quelques secondes
live-offline = Hors connexion. Les modifications des autres apparaîtront à son retour.
notice-relay-sealed = Des réponses attendent dans la boîte d’envoi : le mot de passe du relais manque ou ne s’ouvre pas. Saisissez-le à nouveau dans l’administration, sous Relais, ou remettez la clé.
notice-no-relay = Des réponses attendent dans la boîte d’envoi : aucun relais n’est réglé. Réglez-en un dans l’administration, sous Relais.
optional = facultatif
cancel = Annuler
breadcrumb = Vous êtes ici
pages = Pages
pager-first = Première page
pager-next = Suivant

# Clavier
keys-title = Raccourcis clavier
close-dialog = Fermer
keys-in-list = Dans une liste
keys-in-ticket = Dans un ticket
keys-go-to = Aller à
keys-anywhere = Partout
keys-next = suivant, précédent
keys-open = ouvrir
keys-select = sélectionner
keys-lock = verrouiller pour moi
keys-reply = répondre
keys-note = note
keys-move = déplacer
keys-send-close = envoyer et fermer
keys-send = envoyer
keys-dashboard = tableau de bord
keys-tickets = liste des tickets
keys-search = recherche
keys-preferences = préférences
keys-administration = administration
keys-new = nouveau ticket
keys-list = cette liste
keys-leave = quitter un champ

# Temps et tailles
time-now = maintenant
time-just-now = à l’instant
time-min = { $n } min
time-hours = { $n } h
time-min-pattern = # min
time-hours-pattern = # h
time-in-min = dans { $n } min
time-in-hours = dans { $n } h
time-min-ago = il y a { $n } min
time-today = Aujourd’hui
time-yesterday-day = Hier
time-yesterday = hier à { $clock }
time-tomorrow = demain à { $clock }
time-date-clock = { $date } à { $clock }
time-since = le { $date } à { $clock }
time-day-month = { $day ->
    [1] 1er
   *[other] { $day }
  } { $month }
time-day-month-year = { $day ->
    [1] 1er
   *[other] { $day }
  } { $month } { $year }
time-weekday-day-month = { $weekday } { $day ->
    [1] 1er
   *[other] { $day }
  } { $month }
time-weekday-day-month-year = { $weekday } { $day ->
    [1] 1er
   *[other] { $day }
  } { $month } { $year }
month-short-1 = janv.
month-short-2 = févr.
month-short-3 = mars
month-short-4 = avr.
month-short-5 = mai
month-short-6 = juin
month-short-7 = juil.
month-short-8 = août
month-short-9 = sept.
month-short-10 = oct.
month-short-11 = nov.
month-short-12 = déc.
month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre
weekday-1 = lundi
weekday-2 = mardi
weekday-3 = mercredi
weekday-4 = jeudi
weekday-5 = vendredi
weekday-6 = samedi
weekday-7 = dimanche
decimal = { $whole },{ $fraction }
size-bytes = { $n ->
    [one] { $n } octet
   *[other] { $n } octets
  }
size-kb = { $n } Ko
size-mb = { $n } Mo
