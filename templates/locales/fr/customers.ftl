# Clients et organisations, leurs pages, les refus ; voir avec les yeux d’un autre agent.
customers-title = Clients
customers-intro = Les personnes qui vous écrivent. Qui écrit pour la première fois est ajouté tout seul.
customers-find = Chercher un client
customers-find-hint = Nom ou adresse
customers-none = Personne n’a été trouvé
customers-none-hint = Saisissez moins, ou cherchez une partie de l’adresse.
customers-empty = Pas encore de clients
customers-empty-hint = Qui écrit à l’une de vos adresses apparaît ici. Vous pouvez aussi ajouter une personne à qui vous écrivez en premier.
customer-add = Ajouter un client
customer-add-hint = Une personne à qui vous écrivez en premier. Qui vous écrit est ajouté tout seul.
customer-added = Le client est ajouté.
customer-saved = Enregistré.
customer-name = Nom
customer-name-hint = Vide : l’adresse principale.
customer-organisation = Organisation
customer-no-organisation = Aucune
customer-since = Connu depuis
customer-known-since = connu depuis
customer-more-addresses = { $n ->
    [one] et { $n } autre
   *[other] et { $n } autres
  }
customer-language = Langue
customer-language-his = Celle de ses messages
customer-language-hint = Les réponses automatiques sont dans cette langue.
customer-note = Note
customer-note-hint = Tout agent qui peut lire un ticket de ce client la voit.
customer-tickets = Tickets
customer-changed = Modifié
customer-no-tickets = Aucun ticket à montrer
customer-no-tickets-hint = Seuls les tickets que vous pouvez lire figurent ici.
customer-addresses = Adresses
customer-main = Adresse principale
customer-make-main = Rendre principale
customer-make-main-of = Faire de { $address } l’adresse principale
customer-main-changed = L’adresse principale est changée.
customer-address-more = Autre adresse
customer-address-hint = Qui écrit depuis cette adresse est ce client.
customer-address-add = Ajouter l’adresse
customer-address-added = L’adresse est ajoutée.
customer-address-remove = Retirer
customer-address-remove-of = Retirer { $address }
customer-address-gone = L’adresse est retirée. Les tickets restent.
customer-address-take = La prendre quand même
customer-address-take-hint = Les tickets de cette adresse viennent avec elle. Un client dont il ne reste rien devient celui-ci.
customer-merge-title = La même personne
customer-merge-hint = Les adresses, les tickets et les notes de l’autre viennent ici. Cela peut être annulé.
customer-merge-open = Fusionner avec un autre client
customer-merge-into = Fusionner avec { $name }
customer-merge-whom = Qui est la même personne ?
customer-merge-whom-hint = Cherchez un nom ou une adresse. Vous voyez ce qui se déplace avant que rien ne se passe.
customer-merge-look = Voir ce qui se déplace
customer-merge-look-at = Voir ce qui se déplace depuis { $name }
customer-merge-moves = Ce qui se déplace depuis { $name }
customer-merge-tickets = { $n ->
    [0] Aucun
    [one] { $n } ticket
   *[other] { $n } tickets
  }
customer-merge-claims = Admis
customer-merge-claims-text = { $n ->
    [one] Dans { $n } conversation, une personne qui attend d’être admise est le client.
   *[other] Dans { $n } conversations, une personne qui attend d’être admise est le client.
  }
customer-merge-undo-hint = Peut être annulé sur la page du client, même plus tard.
customer-merge-do = Fusionner
customer-merged = Fusionnés. Les deux sont désormais un seul client.
customer-unmerge = Annuler
customer-unmerge-of = Annuler la fusion avec { $name }
customer-unmerged = Annulé. Ce sont de nouveau deux clients.
customer-open = Tout sur { $name }

organisations-title = Organisations
organisations-intro = Là où travaillent les clients. Qui écrit pour la première fois depuis l’un de leurs domaines en fait partie.
organisations-empty = Pas encore d’organisations
organisations-empty-hint = Ajoutez-en une avec ses domaines, et les nouveaux clients y entrent tout seuls.
organisations-retired = Hors service
organisation-add = Ajouter une organisation
organisation-what = Organisation
organisation-domains = Domaines
organisation-domains-hint = Un par ligne, par exemple example.org. Les sous-domaines comptent aussi. Les clients déjà connus restent où ils sont.
organisation-members = Clients
organisation-members-n = { $n ->
    [one] { $n } client
   *[other] { $n } clients
  }
organisation-nobody = Encore personne
organisation-nobody-hint = Ajoutez ses domaines, ou choisissez-la sur la page d’un client.
organisation-out = Mettre hors service
organisation-retire = Mettre hors service
organisation-retire-hint = Ses clients la gardent. Elle n’est plus proposée nulle part, et personne de nouveau n’y entre.
organisation-restore = Remettre en service
organisation-is-retired = Mise hors service. Ses clients la gardent.
organisation-is-back = De nouveau en service.

refused-customer-name = Le nom d’un client a { $most } caractères au plus, sur une ligne.
refused-customer-note = Une note a { $most } caractères au plus.
refused-customer-known = { $address } appartient déjà à { $name }.
refused-organisation-gone = Cette organisation n’est pas en service. Choisissez-en une autre.
refused-organisation-name = Une organisation a besoin d’un nom de { $most } caractères au plus, sur une ligne.
refused-organisation-taken = Il existe déjà une organisation nommée { $name }.
refused-organisation-domain = « { $domain } » n’est pas un domaine. Il ressemble à example.org.
refused-organisation-domains = { $most } domaines au plus.
refused-organisation-domain-taken = { $domain } appartient à { $name }.
refused-merge-same-customer = C’est le même client. Choisissez-en un autre.
refused-merge-merged-customer = L’un des deux a été fusionné entre-temps. Rouvrez le client.
refused-merge-undone = Cette fusion est déjà annulée.
refused-merge-later = Ce client a depuis été fusionné avec un autre. Annulez d’abord cela.

viewing-title = Voir les pages comme cet agent
viewing-hint = Vous voyez les tickets et les listes de cet agent et ne pouvez rien modifier. Les brouillons restent cachés. Le début et la fin sont inscrits au journal d’audit.
viewing-begin = Voir comme { $name }
viewing-banner = Vous voyez les pages comme { $name }. Rien ne peut être modifié.
viewing-end = Revenir aux miennes
viewing-ended = Vous voyez de nouveau vos propres pages.
refused-viewing = Tant que vous voyez avec les yeux d’un autre agent, rien n’est modifié. Revenez d’abord à vos pages.
refused-view-self = Ce sont vos propres yeux.
refused-view-queues = Pour voir les pages comme un autre agent, il vous faut le droit de lire toutes les files.

person-data-title = Tout ce qui est connu
person-data-hint = Remettez ce qui est connu de cette personne, sous forme d’archive pour elle, ou effacez-le définitivement. Les deux demandent votre mot de passe.
person-data-of-agent = Remettez ce qui est connu de cet agent, sous forme d’archive pour lui : qui il est, comment il se connecte, ses préférences, ce qu’il a écrit et ce que dit le journal. Elle ne contient aucun secret.
person-data-take = Remettre
person-data-erase = Effacer …
erase-title = Effacer { $name }
erase-intro = Cela ne peut pas être annulé. Le journal d’audit dit que cela a été fait, non qui était concerné.
erase-what = Ce qui disparaît
erase-elsewhere = Tickets d’autres personnes
erase-articles = Messages de cette personne
erase-files = Fichiers de cette personne
erase-originals = Messages d’origine
erase-outgoing = Messages sortants
erase-stays = Noms, adresses, fichiers et messages d’origine disparaissent dans tous les cas, de la recherche et des messages sortants aussi. Les tickets restent avec leur numéro, leur état et leurs dates, pour que les chiffres restent justes. Vos règles, modèles et sauvegardes ne sont pas parcourus.
erase-texts = Ce qui a été écrit
erase-anonymise = Le garder sans nom ni adresses
erase-anonymise-hint = Le nom complet et toutes les adresses sont retirés des textes. Un prénom seul ou un numéro de téléphone reste.
erase-all = L’effacer
erase-all-hint = Tous les textes des tickets de cette personne, réponses et notes comprises, et ses messages dans les tickets d’autres personnes.
erase-sure = Je sais que cela ne peut pas être annulé.
erase-do = Effacer définitivement
customer-erased = Effacé.
refused-person-queues = Pour cela, il vous faut « { $right } » dans toutes les files, car une partie passerait pour le tout.
refused-erase-under-way = Des messages de cette personne, ou au sujet de tickets où elle apparaît, sont encore en route ou attendent d’être examinés : { $n }. Attendez qu’ils soient arrivés, ou reprenez-les.
refused-customer-merged = Ce client a été fusionné avec un autre. Ouvrez l’autre et modifiez-le là.
refused-person-large = C’est trop pour une archive (2 000 fichiers, 2 Go). Enregistrez les tickets de cette personne message par message.
refused-erase-unsure = Dites ce que deviennent les textes, et que vous êtes sûr.

import-open = Import et export
import-customers = Clients d’un tableau
import-customers-intro = Qui a déjà l’une des adresses est modifié, tous les autres sont nouveaux. Une cellule vide ne change rien. Le tableau est repris en entier, ou pas du tout.
import-agents = Agents d’un tableau
import-agents-intro = Qui n’est pas encore là reçoit une invitation par courriel. Qui est là reste tel quel. Le tableau est repris en entier, ou pas du tout.
import-file = Tableau (CSV)
import-columns = La première ligne nomme les colonnes : { $columns }. Plusieurs adresses ou rôles dans une cellule sont séparés par des points-virgules. UTF-8 ou Windows-1252, 500 lignes au plus.
import-look = Voir ce qu’il fait
import-nothing-yet = Rien n’est encore repris. Voici ce qui se passerait.
import-refused-some = { $n ->
    [one] { $n } ligne ne peut pas être reprise, donc rien ne l’est. Corrigez-la et choisissez de nouveau le fichier.
   *[other] { $n } lignes ne peuvent pas être reprises, donc rien ne l’est. Corrigez-les et choisissez de nouveau le fichier.
  }
import-lines = Ce que deviennent les lignes
import-line = Ligne
import-becomes = Devient
import-is-new = Nouveau
import-is-changed = Modifié
import-is-same = Inchangé
import-is-refused = Refusé
import-ignored = Colonnes qui ne sont pas lues
import-more = { $n ->
    [one] et { $n } autre ligne
   *[other] et { $n } autres lignes
  }
import-do = Reprendre
import-done = Repris.
export-table = Télécharger en tableau (CSV)
refused-import = La ligne { $line } du tableau ne peut pas être reprise. Rien n’a été modifié.
refused-import-address = « { $address } » n’est pas une adresse.
refused-import-twice = { $address } figure déjà dans une ligne précédente.
refused-import-two = Ces adresses appartiennent à deux clients. Fusionnez-les d’abord.
refused-table-size = Le fichier dépasse { $n } ko. Divisez-le.
refused-table-long = Le tableau a plus de { $n } lignes. Divisez-le.
refused-table-quote = Le guillemet de la ligne { $line } n’est pas fermé.
refused-table-text = Ce n’est pas un tableau en texte. Enregistrez-le en CSV.
refused-table-empty = Choisissez un fichier avec au moins les noms des colonnes.
refused-table-columns = Il n’y a pas de colonne « { $column } ». La première ligne nomme les colonnes : { $columns }.
