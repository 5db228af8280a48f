"""Every text of the menus, in English and in French, by an id.

For views and renderers. A test renders each one on each display: none overflows its place.
One text for all, searched when a screen is made: a hundred small objects would cost three times
the flash, and a dictionary of them the heap.
"""

LANGUAGES = ("en", "fr")

# A line each: id=English|French, or id=text for both. The customer's four entries are literal.
TEXTS = (
    # the SCEP menu
    "\nscep=SCEP"
    "\nscep_run=SCEP: On/Off|SCEP : On/Off"
    "\nscep_challenge_password=Challenge Password Required|Mot de passe challenge requis"
    "\nscep_url=SCEP URL|URL SCEP"
    "\nlaunch=Launch SCEP|Lancer SCEP"
    "\nscep_ca_fingerprint=CA fingerprint|Empreinte de l'AC"
    "\nscep_psk=Challenge"
    "\nrenew=Renew|Renouveler"
    "\ncheck=Check revocation|Vérifier révocation"
    # other menus
    "\nmenu=Menu"
    "\nstatus=Status|État"
    "\ncertificate=Certificate|Certificat"
    "\nlanguage=Language|Langue"
    "\nenglish=English"
    "\nfrench=Français"
    "\npassword=Admin password|Mot de passe admin"
    "\nlicences=Licences"
    # softkeys
    "\nok=OK"
    "\nselect=Select|Choisir"
    "\nchange=Change|Changer"
    "\nedit=Edit|Éditer"
    "\nsave=Save|Garder"
    "\nback=Back|Retour"
    "\ncancel=Cancel|Annuler"
    "\ndelete=Delete|Effacer"
    "\nyes=Yes|Oui"
    "\nno=No|Non"
    "\nstop=Stop|Arrêter"
    # states
    "\nstate=State|État"
    "\nstate.factory=No certificate|Pas de certificat"
    "\nstate.enrolling=Enrolling|Enrôlement"
    "\nstate.pending=Waiting for approval|En attente d'accord"
    "\nstate.active=Active|Actif"
    "\nstate.suspended=Suspended|Suspendu"
    "\nsubject=Subject|Sujet"
    "\nissuer=Issuer|Émetteur"
    "\nserial=Serial number|Numéro de série"
    "\nnot_before=Valid from|Valide du"
    "\nnot_after=Valid until|Valide jusqu'au"
    "\nsha256=SHA-256"
    "\nlast_error=Last error|Dernière erreur"
    "\nwhat_to_do=What to do|Que faire"
    "\nnone=None|Aucun"
    "\npolls=Questions asked|Demandes faites"
    "\nnext_poll=Asked again in|Redemandé dans"
    "\nclock=Time|Heure"
    "\nclock.unknown=not known yet|pas encore connue"
    # the boot screen's five steps
    "\nboot=Starting|Démarrage"
    "\nstep.1=1 Network link|1 Lien réseau"
    "\nstep.2=2 IP address|2 Adresse IP"
    "\nstep.3=3 Configuration"
    "\nstep.4=4 Software|4 Logiciel"
    "\nstep.5=5 Call server|5 Serveur d'appel"
    # progress
    "\nworking=Working|En cours"
    "\nwork.enroll=Getting a certificate|Demande de certificat"
    "\nwork.renew=Renewing|Renouvellement"
    "\nwork.check=Checking revocation|Vérification"
    "\nwork.poll=Asking the CA|Question à l'AC"
    "\nwork.rollover=Following the CA|Changement d'AC"
    "\nwork.keygen=Making a key|Création d'une clé"
    "\nwork.http=Talking to the server|Dialogue avec serveur"
    "\ndone=Done|Terminé"
    "\nfailed=Failed|Échec"
    "\ncancelled=Cancelled|Annulé"
    # questions
    "\nconfirm_ca=Is this the CA?|Est-ce bien l'AC ?"
    "\nconfirm_save=Save this value?|Garder la valeur ?"
    "\nenter_password=Admin password|Mot de passe admin"
    "\nchoose_password=Choose a password|Choisir mot de passe"
    "\nrepeat_password=Enter it again|Le saisir encore"
    "\npassword_wrong=Wrong password|Mot de passe faux"
    "\npassword_wait=Wait before trying|Patientez un peu"
    "\npassword_differs=The two differ|Saisies différentes"
    "\npassword_short=6 characters or more|6 caractères ou plus"
    "\nnot_saved=Not saved|Non enregistré"
    "\nsaved=Saved|Enregistré"
    "\nset=set|défini"
    "\nempty=empty|vide"
    "\n"
)


def text(key, language):
    """Return the text of an id in a language (of LANGUAGES); an unknown id is a KeyError."""
    both = line(TEXTS, key).split("|")
    return both[LANGUAGES.index(language)] if len(both) > 1 else both[0]


def line(table, key):
    """Return what stands behind `key=` in a table of lines, each begun and ended by a newline."""
    at = table.find("\n" + key + "=")
    if at < 0:
        raise KeyError(key)
    at += len(key) + 2
    return table[at : table.find("\n", at)]
