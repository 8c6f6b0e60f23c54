# Le second facteur, et le mot de passe une fois de plus.
factor-title = Second facteur
factor-intro = Avec un code d’une application en plus du mot de passe, personne n’entre avec le seul mot de passe.
factor-sign-in-title = Votre second facteur
factor-code = Code de votre application
factor-code-hint = Six chiffres, ou l’un de vos codes de secours.
factor-lost = Téléphone et codes de secours perdus ? Un administrateur peut retirer le second facteur.
factor-other = Se connecter sous un autre nom
factor-needed = Votre rôle exige un second facteur. Configurez-le maintenant, cela prend une minute.
factor-needed-hint = Votre rôle exige un second facteur, il reste donc.
factor-scan = Scannez ceci avec une application d’authentification, comme Aegis, FreeOTP ou 1Password.
factor-qr = Code QR pour votre application d’authentification
factor-type = Ou saisissez-y ceci :
factor-first-code = Le code que montre l’application
factor-confirm = Activer
factor-codes = Vos codes de secours
factor-codes-once = Chacun vaut une fois à la place de l’application. Ils ne sont montrés que maintenant : imprimez-les, ou gardez-les dans un gestionnaire de mots de passe.
factor-codes-left = { $n ->
    [one] Il reste { $n } code de secours.
   *[other] Il reste { $n } codes de secours.
  }
factor-codes-new = Nouveaux codes de secours
factor-continue = Continuer
factor-is-on = Il est activé
factor-is-off = Il est désactivé
factor-how = Il vous faut une application d’authentification sur téléphone ou ordinateur. Les programmes avec un jeton d’API n’ont pas besoin de code.
factor-set-up = Configurer
factor-end = Désactiver
factor-link = Second facteur
factor-link-hint = Un code d’une application, en plus du mot de passe.
factor-reset = Le retirer
factor-reset-hint = Pour qui a perdu téléphone et codes de secours. Ses sessions prennent fin.
refused-code = Ce code ne correspond pas. Attendez le suivant et saisissez-le.
refused-factor-on = Le second facteur est déjà activé.
refused-factor-off = Il n’y a pas de second facteur.
refused-factor-needed = Votre rôle exige un second facteur. Seul un administrateur peut le réinitialiser.
raise-title = Votre mot de passe, s’il vous plaît
raise-intro = La suite touche à qui peut faire quoi. Pendant dix minutes on ne vous le redemandera pas.
raise-kept = Ce que vous avez saisi est conservé.
raised-title = Merci
raised-text = Ce que vous avez saisi est toujours là. Envoyez-le maintenant.
raised-send = Envoyer
