# La page d’administration des étiquettes
tags-intro = Mots que les agents mettent sur les tickets. Un nouveau nom qui existe déjà réunit les deux. 5 000 tickets sont traités à la fois : recommencez pour le reste. Les règles et vues enregistrées qui nomment l’ancien mot continuent.
tags-on = { $n ->
    [one] sur { $n } ticket
   *[other] sur { $n } tickets
}
tags-many = sur plus de { $n } tickets
tags-macros = Mis par les macros : { $names }. Elles continuent : modifiez-les aussi.
tags-to = Nouveau nom de { $tag }
tags-to-short = Nouveau nom
tags-rename = Renommer
tags-remove = Retirer
tags-first = Depuis le début
tags-empty = Il n’y a pas encore d’étiquette
tags-empty-hint = Les agents en mettent à côté de la conversation ; les règles et les macros aussi.
refused-tags-everywhere = Les étiquettes sont sur des tickets de toutes les files. Il vous faut le droit de les lire toutes.
refused-tag-same = Elle s’appelle déjà ainsi. Choisissez un autre nom.
bulk-deed-retag = Renommer une étiquette
refused-tag-nowhere = Aucun ticket modifiable ne porte cette étiquette.
