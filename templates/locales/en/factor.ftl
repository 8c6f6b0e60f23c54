# The second factor, and the password once more.
factor-title = Second factor
factor-intro = With a code from an app besides your password, nobody gets in with the password alone.
factor-sign-in-title = Your second factor
factor-code = Code from your app
factor-code-hint = Six digits, or one of your recovery codes.
factor-lost = Lost your phone and your recovery codes? An administrator can take the second factor away.
factor-other = Sign in as somebody else
factor-needed = Your role asks for a second factor. Set it up now; it takes a minute.
factor-needed-hint = Your role asks for a second factor, so it stays.
factor-scan = Scan this with an authenticator app, such as Aegis, FreeOTP or 1Password.
factor-qr = QR code for your authenticator app
factor-type = Or type this into it:
factor-first-code = The code that the app shows
factor-confirm = Switch on
factor-codes = Your recovery codes
factor-codes-once = Each works once in place of the app. They are shown only now: print them, or keep them in a password manager.
factor-codes-left = { $n ->
    [one] One recovery code is left.
   *[other] { $n } recovery codes are left.
  }
factor-codes-new = New recovery codes
factor-continue = Continue
factor-is-on = It is on
factor-is-off = It is off
factor-how = You need an authenticator app on your phone or computer. Programs with an API token need no code.
factor-set-up = Set up
factor-end = Switch off
factor-link = Second factor
factor-link-hint = A code from an app, besides your password.
factor-reset = Take it away
factor-reset-hint = For somebody who has lost phone and recovery codes. His sessions end.
refused-code = That code does not match. Wait for the next one and type it.
refused-factor-on = The second factor is on already.
refused-factor-off = There is no second factor.
refused-factor-needed = Your role asks for a second factor. It can only be set up anew by an administrator.
raise-title = Your password, please
raise-intro = What comes next is about who may do what. For ten minutes you are not asked again.
raise-kept = What you filled in is kept.
raised-title = Thank you
raised-text = What you filled in is still here. Send it now.
raised-send = Send
