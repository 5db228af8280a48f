"""Every text of the menus, in English and in French, by an id.

For views and renderers. A test renders each one on each display: none overflows its place.
"""

LANGUAGES = ("en", "fr")

# id: (English, French). The customer's four entries are named literally.
TEXTS = {
    # the SCEP menu
    "scep": ("SCEP", "SCEP"),
    "scep_run": ("SCEP: On/Off", "SCEP : On/Off"),
    "scep_challenge_password": ("Challenge Password Required", "Mot de passe challenge requis"),
    "scep_url": ("SCEP URL", "URL SCEP"),
    "launch": ("Launch SCEP", "Lancer SCEP"),
    "scep_ca_fingerprint": ("CA fingerprint", "Empreinte de l'AC"),
    "scep_psk": ("Challenge", "Challenge"),
    "renew": ("Renew", "Renouveler"),
    "check": ("Check revocation", "Vérifier révocation"),
    "poll": ("Ask the CA again", "Redemander à l'AC"),
    # other menus
    "menu": ("Menu", "Menu"),
    "status": ("Status", "État"),
    "certificate": ("Certificate", "Certificat"),
    "network": ("Network", "Réseau"),
    "language": ("Language", "Langue"),
    "english": ("English", "English"),
    "french": ("Français", "Français"),
    "password": ("Admin password", "Mot de passe admin"),
    "licences": ("Licences", "Licences"),
    # softkeys
    "ok": ("OK", "OK"),
    "select": ("Select", "Choisir"),
    "change": ("Change", "Changer"),
    "edit": ("Edit", "Éditer"),
    "save": ("Save", "Garder"),
    "back": ("Back", "Retour"),
    "cancel": ("Cancel", "Annuler"),
    "delete": ("Delete", "Effacer"),
    "yes": ("Yes", "Oui"),
    "no": ("No", "Non"),
    "stop": ("Stop", "Arrêter"),
    # states
    "state": ("State", "État"),
    "state.factory": ("No certificate", "Pas de certificat"),
    "state.enrolling": ("Enrolling", "Enrôlement"),
    "state.pending": ("Waiting for approval", "En attente d'accord"),
    "state.active": ("Active", "Actif"),
    "state.suspended": ("Suspended", "Suspendu"),
    "subject": ("Subject", "Sujet"),
    "issuer": ("Issuer", "Émetteur"),
    "serial": ("Serial number", "Numéro de série"),
    "not_before": ("Valid from", "Valide du"),
    "not_after": ("Valid until", "Valide jusqu'au"),
    "sha256": ("SHA-256", "SHA-256"),
    "last_error": ("Last error", "Dernière erreur"),
    "what_to_do": ("What to do", "Que faire"),
    "none": ("None", "Aucun"),
    "polls": ("Questions asked", "Demandes faites"),
    "next_poll": ("Asked again in", "Redemandé dans"),
    "clock": ("Time", "Heure"),
    "clock.unknown": ("not known yet", "pas encore connue"),
    # the boot screen's five steps
    "boot": ("Starting", "Démarrage"),
    "step.1": ("1 Network link", "1 Lien réseau"),
    "step.2": ("2 IP address", "2 Adresse IP"),
    "step.3": ("3 Configuration", "3 Configuration"),
    "step.4": ("4 Software", "4 Logiciel"),
    "step.5": ("5 Call server", "5 Serveur d'appel"),
    # progress
    "working": ("Working", "En cours"),
    "work.enroll": ("Getting a certificate", "Demande de certificat"),
    "work.renew": ("Renewing", "Renouvellement"),
    "work.check": ("Checking revocation", "Vérification"),
    "work.poll": ("Asking the CA", "Question à l'AC"),
    "work.rollover": ("Following the CA", "Changement d'AC"),
    "work.keygen": ("Making a key", "Création d'une clé"),
    "work.http": ("Talking to the server", "Dialogue avec serveur"),
    "done": ("Done", "Terminé"),
    "failed": ("Failed", "Échec"),
    "cancelled": ("Cancelled", "Annulé"),
    # questions
    "confirm_ca": ("Is this the CA?", "Est-ce bien l'AC ?"),
    "confirm_save": ("Save this value?", "Garder la valeur ?"),
    "confirm_run": ("Turn SCEP off?", "Arrêter SCEP ?"),
    "enter_password": ("Admin password", "Mot de passe admin"),
    "choose_password": ("Choose a password", "Choisir mot de passe"),
    "repeat_password": ("Enter it again", "Le saisir encore"),
    "password_wrong": ("Wrong password", "Mot de passe faux"),
    "password_wait": ("Wait before trying", "Patientez un peu"),
    "password_differs": ("The two differ", "Saisies différentes"),
    "password_short": ("6 characters or more", "6 caractères ou plus"),
    "not_saved": ("Not saved", "Non enregistré"),
    "saved": ("Saved", "Enregistré"),
    "set": ("set", "défini"),
    "empty": ("empty", "vide"),
}


def text(key, language):
    """Return the text of an id in a language (of LANGUAGES); an unknown id is a KeyError."""
    return TEXTS[key][LANGUAGES.index(language)]
