import type { Words } from "../words.ts";

export const fr: Words = {
  thePlatform: "la plateforme",
  by: (company) => `Par ${company}`,
  choosePlatform: () =>
    "Choisissez où vous voulez l’utiliser. La page suivante montre ce qu’il pourra faire.",
  add: ({ bot, platform }) => `Ajouter ${bot} à ${platform}`,
  invited: (customer) => `Ce lien est destiné à ${customer}`,
  linkUntil: (date) => `valable jusqu’au ${date}`,
  linkOnce: ({ bot }) => `Ce lien installe ${bot} une seule fois.`,
  will: ({ bot }) => `${bot} pourra`,
  wont: ({ bot }) => `${bot} ne pourra pas`,
  shownByPlatform: ({ bot, platform }) =>
    `${platform} vous montre les autorisations que ${bot} demande.`,
  chosenRepositories: "Dans les dépôts que vous choisissez.",
  continueTo: ({ platform }) => `Continuer vers ${platform}`,
  nothingBefore: ({ platform }) => `Rien n’est installé avant votre accord sur ${platform}.`,
  revoke: ({ platform }) =>
    `Vous pouvez révoquer l’accès à tout moment dans les paramètres de ${platform}.`,
  nothing: {
    title: ({ bot }) => `${bot} ne peut pas encore être installé`,
    text: () =>
      "Aucune plateforme n’est configurée ici. Si ce service est le vôtre, enregistrez une application auprès d’une plateforme, puis indiquez son identifiant client et son secret.",
  },
  connectInstalled: "Déjà installé ? Connecter",
  chooseAccount: {
    title: "Choisissez une organisation",
    text: ({ bot, platform }) =>
      `${bot} est installé sur plusieurs comptes ${platform} dont vous êtes propriétaire. Lequel voulez-vous connecter ?`,
    again: () =>
      "Pour en connecter aussi un autre, ouvrez de nouveau la page où vous avez commencé et choisissez-le.",
  },
  chooseSite: {
    title: "Choisissez un site",
    text: ({ bot, platform }) =>
      `Vous avez donné à ${bot} l’accès à plusieurs sites de ${platform}. Pour lequel est-ce ?`,
    again: ({ bot }) =>
      `Pour utiliser ${bot} aussi sur un autre site, installez-le de nouveau et choisissez ce site.`,
  },
  unfinished: {
    title: "Encore une étape",
    text: ({ bot, platform }) =>
      `${bot} est installé sur ${platform}, mais n’est pas encore connecté. Pour le connecter, ${platform} doit confirmer que vous l’avez installé.`,
    button: ({ platform }) => `Continuer avec ${platform}`,
    notYou: "Si vous ne venez pas d’installer ceci, fermez cette page. Rien n’a changé ici.",
  },
  waiting: {
    title: "En attente d’un propriétaire",
    asked: ({ bot, platform }) =>
      `${platform} a demandé à un propriétaire de l’organisation d’approuver ${bot}.`,
    afterwards: () =>
      "Après l’approbation, recommencez l’installation pour la terminer. Vous pouvez fermer cette page.",
  },
  waitingRequest: {
    title: (organization) => `En attente d’un propriétaire de ${organization}`,
    asked: ({ bot, platform }, organization) =>
      `${platform} a demandé aux propriétaires de ${organization} d’approuver ${bot}. Vous pouvez envoyer à un propriétaire le lien ci-dessous.`,
    ownerLink: "Pour les propriétaires : ouvrir les demandes sur GitHub",
    continues:
      "Cette page continue d’elle-même. Vous pouvez aussi la fermer : l’installation se termine après l’approbation.",
  },
  waitingInstaller: {
    title: ({ platform }) => `En attente de ${platform}`,
    text: ({ bot, platform }, organization) =>
      `${bot} est installé sur ${organization}. ${platform} n’a pas encore confirmé que vous l’avez installé.`,
    continues:
      "Cette page continue d’elle-même, en général après quelques secondes. Vous pouvez aussi la fermer : l’installation se termine après la confirmation.",
  },
  confirmRequest: {
    title: (bot, organization) => `Connecter ${bot} à ${organization}`,
    text: (requester, organization) =>
      `${requester} l’a demandé pour ${organization}. Un propriétaire de ${organization} doit le confirmer sur cette page.`,
    button: ({ platform }) => `Confirmer avec ${platform}`,
  },
  connected: {
    title: (bot, organization) => `${bot} est connecté à ${organization}`,
    text: ({ bot }) => `${bot} a l’accès dont il a besoin.`,
    organization: "Organisation",
    platform: "Plateforme",
    open: ({ bot }) => `Ouvrir ${bot}`,
    manage: ({ platform }) => `Gérer l’accès sur ${platform}`,
    close: "Vous pouvez fermer cette page.",
    asYou: ({ bot }) =>
      `${bot} agit en votre nom : il perd son accès si votre compte est fermé. Une autre personne doit alors l’installer de nouveau.`,
  },
  failures: {
    cancelled: {
      title: () => "L’installation a été annulée",
      explanation: ({ bot, platform }) =>
        `Vous avez annulé sur ${platform}. Rien n’a été installé et ${bot} n’a reçu aucun accès.`,
      nextStep: () => "Si vous ne vouliez pas annuler, recommencez.",
    },
    notAuthorized: {
      title: () => "L’installation n’a pas été autorisée",
      explanation: ({ platform }) =>
        `${platform} a renvoyé une erreur au lieu d’une autorisation. Rien n’a été installé.`,
      nextStep: () =>
        "Recommencez dans une minute. En cas de nouvel échec, contactez l’assistance avec la référence ci-dessous.",
    },
    notConnected: {
      title: ({ bot, platform }) => `${bot} est installé sur ${platform}, mais pas connecté`,
      explanation: ({ bot, platform }) =>
        `${platform} n’a pas confirmé que vous avez installé ${bot}. ${bot} n’utilise donc pas son accès.`,
      nextStep: ({ bot, platform }) =>
        `Terminez l’installation ou supprimez ${bot} dans les paramètres de ${platform}.`,
    },
    tooLate: {
      title: () => "L’installation n’a pas été terminée",
      explanation: ({ platform }) => `La confirmation de ${platform} est arrivée trop tard.`,
      nextStep: () => "Recommencez. Cela fonctionne en général la deuxième fois.",
    },
    notOwner: {
      title: ({ bot }) => `Un propriétaire doit connecter ${bot}`,
      explanation: ({ platform }) =>
        `${platform} n’a pas confirmé que vous êtes propriétaire de cette organisation.`,
      nextStep: ({ bot }) =>
        `Demandez à un propriétaire de l’organisation d’ouvrir le lien que vous avez utilisé et d’ajouter ${bot}.`,
    },
    notInstaller: {
      title: ({ bot }) => `Une autre personne a installé ${bot}`,
      explanation: ({ bot }) =>
        `Seule la personne qui a installé ${bot} dans cette organisation, ou un propriétaire, peut le connecter.`,
      nextStep: () => "Demandez à l’une de ces personnes d’ouvrir le lien que vous avez utilisé.",
    },
    notInstalled: {
      title: ({ bot }) => `${bot} n’est pas encore installé`,
      explanation: ({ bot, platform }) =>
        `${platform} n’affiche aucune installation de ${bot} à laquelle vous avez accès. Si votre organisation utilise l’authentification unique, connectez-vous d’abord à celle-ci sur ${platform}.`,
      nextStep: ({ bot }) => `Recommencez et installez ${bot}.`,
    },
    connectCancelled: {
      title: () => "Rien n’a été connecté",
      explanation: ({ platform }) =>
        `${platform} n’a pas confirmé de quelles organisations vous êtes propriétaire. Rien n’a changé.`,
      nextStep: () => "Si vous ne vouliez pas annuler, recommencez.",
    },
    requestCancelled: {
      title: () => "Votre demande n’est pas connectée",
      explanation: ({ bot, platform }) =>
        `${platform} n’a pas confirmé que c’est vous qui avez demandé ${bot}. Un propriétaire peut approuver la demande, mais ${bot} n’est pas connecté par cela.`,
      nextStep: ({ platform }) => `Recommencez et autorisez sur ${platform}.`,
    },
    missingScope: {
      title: ({ bot }) => `${bot} a besoin d’autres autorisations`,
      explanation: ({ bot, platform }) =>
        `Des autorisations ont été refusées sur ${platform}, sans lesquelles ${bot} ne peut pas fonctionner. Rien n’a été installé.`,
      nextStep: () => "Recommencez et acceptez toutes les autorisations.",
    },
    unsupported: {
      title: ({ bot }) => `${bot} ne peut pas être installé à cet endroit`,
      explanation: ({ platform }) =>
        `Le compte ou l’espace de travail choisi sur ${platform} n’est pas pris en charge. Rien n’a été installé.`,
      nextStep: () => "Recommencez et faites un autre choix si vous le pouvez.",
    },
    noSite: {
      title: ({ platform }) => `Votre compte n’a aucun site ${platform}`,
      explanation: ({ bot, platform }) =>
        `${bot} fonctionne sur un site ${platform}, et vous ne lui avez donné accès à aucun. Rien n’a été installé.`,
      nextStep: () => "Créez un site ou recommencez avec un autre compte.",
    },
    sharedAccount: {
      title: () => "Ce compte est utilisé pour une autre organisation",
      explanation: ({ bot }) =>
        `${bot} agit avec le compte de la personne qui l’installe, et le vôtre est déjà connecté à une autre organisation. Rien n’a été installé.`,
      nextStep: () =>
        "Connectez-vous avec un compte que seule cette organisation utilise, puis recommencez.",
    },
    boundElsewhere: {
      title: () => "Ce lien n’est pas destiné à cette organisation",
      explanation: ({ bot }) =>
        `Rien n’a été modifié. ${bot} fonctionne comme avant là où il est installé.`,
      nextStep: () =>
        "Choisissez l’organisation à laquelle le lien est destiné ou demandez un autre lien à la personne qui l’a envoyé.",
    },
    address: {
      title: () => "Cette adresse n’est pas valide",
      explanation: () => "Le lien qui vous a amené ici est incomplet ou a été modifié.",
      nextStep: () =>
        "Revenez là où vous avez trouvé le lien et réessayez, ou recommencez depuis le début.",
    },
    used: {
      title: () => "Cette étape est déjà faite",
      explanation: () =>
        "La page a déjà été ouverte, par exemple avec le bouton Retour ou Actualiser.",
      nextStep: ({ bot }) =>
        `Si vous avez vu que ${bot} est connecté, vous avez terminé. Sinon, recommencez.`,
    },
    expired: {
      title: () => "L’installation a duré trop longtemps",
      explanation: () =>
        "Pour votre sécurité, une installation doit être terminée en quelques minutes.",
      nextStep: () => "Recommencez. Rien n’a été installé.",
    },
    otherBrowser: {
      title: () => "Cette installation n’est pas ouverte dans ce navigateur",
      explanation: () => "Elle est déjà terminée, ou elle a commencé dans un autre navigateur.",
      nextStep: ({ bot }) =>
        `Si vous avez vu que ${bot} est connecté, vous avez terminé. Sinon, revenez à l’autre navigateur ou recommencez dans celui-ci.`,
    },
    forged: {
      title: () => "Ce lien n’est pas valide",
      explanation: () =>
        "Il n’a pas été créé ici ou a été modifié en route. Rien n’a été installé.",
      nextStep: () => "Recommencez et n’ouvrez pas de liens envoyés par des inconnus.",
    },
    linkUsed: {
      title: () => "Ce lien a déjà été utilisé",
      explanation: ({ bot }) =>
        `Un lien installe ${bot} une seule fois, et celui-ci a déjà été utilisé.`,
      nextStep: ({ bot }) =>
        `Si vous avez vu que ${bot} est connecté, vous avez terminé. Sinon, demandez un nouveau lien à la personne qui l’a envoyé.`,
    },
    linkExpired: {
      title: () => "Ce lien a expiré",
      explanation: () => "Il était valable jusqu’à une date passée.",
      nextStep: () => "Demandez un nouveau lien à la personne qui l’a envoyé.",
    },
    linkEnded: {
      title: () => "Ce lien a été retiré",
      explanation: () => "La personne qui l’a envoyé y a mis fin.",
      nextStep: () => "Demandez un nouveau lien à la personne qui l’a envoyé.",
    },
    linkForged: {
      title: () => "Ce lien est incomplet",
      explanation: () => "Des caractères manquent ou ont été modifiés en route.",
      nextStep: () =>
        "Copiez le lien entier et réessayez, ou demandez un nouveau lien à la personne qui l’a envoyé.",
    },
    notReady: {
      title: ({ bot }) => `${bot} n’est pas prêt`,
      explanation: ({ bot }) =>
        `L’enregistrement de ${bot} manque ou a été refusé. Rien n’a été installé.`,
      nextStep: () => "Contactez l’assistance avec la référence ci-dessous.",
    },
    busy: {
      title: () => "Indisponible pour le moment",
      explanation: () => "Un service nécessaire à l’installation est occupé ou n’a pas répondu.",
      nextStep: ({ bot }) =>
        `Attendez une minute, puis recommencez. C’est sans risque si ${bot} est déjà installé.`,
    },
    broken: {
      title: () => "Une erreur s’est produite de notre côté",
      explanation: () => "L’installation n’a pas pu être terminée.",
      nextStep: () =>
        "Recommencez dans une minute. En cas de nouvel échec, contactez l’assistance avec la référence ci-dessous.",
    },
  },
  checkNow: "Vérifier maintenant",
  startAgain: "Recommencer",
  goToStart: "Aller à la page de départ",
  finish: "Terminer l’installation",
  removeAt: ({ platform }) => `Supprimer sur ${platform}`,
  createSite: "Créer un site",
  otherAccount: "Utiliser un autre compte",
  reference: "Référence :",
  encrypted: "L’accès est enregistré chiffré",
  privacy: "Confidentialité",
  terms: "Conditions",
  help: "Aide",
};
