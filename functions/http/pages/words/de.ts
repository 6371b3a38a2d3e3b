import type { Words } from "../words.ts";

export const de: Words = {
  thePlatform: "der Plattform",
  by: (company) => `Von ${company}`,
  choosePlatform: () =>
    "Wählen Sie, wo Sie es nutzen möchten. Die nächste Seite zeigt, welche Rechte es bekommt.",
  add: ({ bot, platform }) => `${bot} zu ${platform} hinzufügen`,
  invited: (customer) => `Dieser Link ist für ${customer}`,
  linkUntil: (date) => `gültig bis ${date}`,
  linkOnce: ({ bot }) => `Mit diesem Link lässt sich ${bot} einmal installieren.`,
  will: ({ bot }) => `Das darf ${bot}`,
  wont: ({ bot }) => `Das darf ${bot} nicht`,
  shownByPlatform: ({ bot, platform }) => `${platform} zeigt Ihnen, welche Rechte ${bot} anfragt.`,
  chosenRepositories: "In den Repositorys, die Sie auswählen.",
  continueTo: ({ platform }) => `Weiter zu ${platform}`,
  nothingBefore: ({ platform }) => `Vor Ihrer Zustimmung auf ${platform} wird nichts installiert.`,
  revoke: ({ platform }) =>
    `Sie können den Zugriff jederzeit in den Einstellungen von ${platform} widerrufen.`,
  nothing: {
    title: ({ bot }) => `${bot} lässt sich noch nicht installieren`,
    text: () =>
      "Hier ist keine Plattform eingerichtet. Wenn das Ihr Dienst ist, registrieren Sie eine App bei einer Plattform und hinterlegen Sie deren Client-ID und Secret.",
  },
  connectInstalled: "Schon installiert? Verbinden",
  chooseAccount: {
    title: "Organisation auswählen",
    text: ({ bot, platform }) =>
      `${bot} ist auf mehreren ${platform}-Konten installiert, deren Owner Sie sind. Welches möchten Sie verbinden?`,
    again: () =>
      "Um ein weiteres zu verbinden, öffnen Sie die Seite, auf der Sie begonnen haben, noch einmal und wählen Sie es aus.",
  },
  chooseSite: {
    title: "Website auswählen",
    text: ({ bot, platform }) =>
      `Sie haben ${bot} Zugriff auf mehrere Websites in ${platform} gegeben. Für welche ist es gedacht?`,
    again: ({ bot }) =>
      `Um ${bot} auch auf einer anderen Website zu nutzen, installieren Sie es erneut und wählen Sie diese aus.`,
  },
  unfinished: {
    title: "Noch ein Schritt",
    text: ({ bot, platform }) =>
      `${bot} ist auf ${platform} installiert, aber noch nicht verbunden. Dazu muss ${platform} bestätigen, dass Sie es installiert haben.`,
    button: ({ platform }) => `Weiter mit ${platform}`,
    notYou:
      "Wenn Sie nicht gerade etwas installiert haben, schließen Sie diese Seite. Hier hat sich nichts geändert.",
  },
  waiting: {
    title: "Ein Owner muss zustimmen",
    asked: ({ bot, platform }) =>
      `${platform} hat einen Owner der Organisation gebeten, ${bot} freizugeben.`,
    afterwards: () =>
      "Starten Sie die Installation nach der Freigabe erneut, um sie abzuschließen. Sie können diese Seite schließen.",
  },
  waitingRequest: {
    title: (organization) => `Ein Owner von ${organization} muss zustimmen`,
    asked: ({ bot, platform }, organization) =>
      `${platform} hat die Owner von ${organization} gebeten, ${bot} freizugeben. Sie können einem Owner den Link unten senden.`,
    ownerLink: "Für Owner: Anfragen auf GitHub öffnen",
    continues:
      "Diese Seite geht von selbst weiter. Sie können sie auch schließen: Die Installation wird nach der Freigabe abgeschlossen.",
  },
  waitingInstaller: {
    title: ({ platform }) => `Warten auf ${platform}`,
    text: ({ bot, platform }, organization) =>
      `${bot} ist auf ${organization} installiert. ${platform} hat noch nicht bestätigt, dass Sie ${bot} installiert haben.`,
    continues:
      "Diese Seite geht von selbst weiter, meist nach wenigen Sekunden. Sie können sie auch schließen: Die Installation wird nach der Bestätigung abgeschlossen.",
  },
  confirmRequest: {
    title: (bot, organization) => `${bot} mit ${organization} verbinden`,
    text: (requester, organization) =>
      `${requester} hat dies für ${organization} angefragt. Ein Owner von ${organization} muss es auf dieser Seite bestätigen.`,
    button: ({ platform }) => `Mit ${platform} bestätigen`,
  },
  connected: {
    title: (bot, organization) => `${bot} ist mit ${organization} verbunden`,
    text: ({ bot }) => `${bot} hat den Zugriff, den es braucht.`,
    organization: "Organisation",
    platform: "Plattform",
    open: ({ bot }) => `${bot} öffnen`,
    manage: ({ platform }) => `Zugriff auf ${platform} verwalten`,
    close: "Sie können diese Seite schließen.",
    asYou: ({ bot }) =>
      `${bot} handelt in Ihrem Namen: Wird Ihr Konto geschlossen, verliert es den Zugriff. Dann muss jemand anderes es erneut installieren.`,
  },
  failures: {
    cancelled: {
      title: () => "Die Installation wurde abgebrochen",
      explanation: ({ bot, platform }) =>
        `Sie haben auf ${platform} abgebrochen. Es wurde nichts installiert, und ${bot} hat keinen Zugriff.`,
      nextStep: () => "Wenn Sie nicht abbrechen wollten, beginnen Sie noch einmal.",
    },
    notAuthorized: {
      title: () => "Die Installation wurde nicht genehmigt",
      explanation: ({ platform }) =>
        `${platform} hat einen Fehler statt einer Zustimmung gemeldet. Es wurde nichts installiert.`,
      nextStep: () =>
        "Beginnen Sie in einer Minute noch einmal. Wenn es wieder fehlschlägt, wenden Sie sich mit der Referenz unten an den Support.",
    },
    notConnected: {
      title: ({ bot, platform }) => `${bot} ist auf ${platform} installiert, aber nicht verbunden`,
      explanation: ({ bot, platform }) =>
        `${platform} hat nicht bestätigt, dass Sie ${bot} installiert haben. Deshalb nutzt ${bot} seinen Zugriff nicht.`,
      nextStep: ({ bot, platform }) =>
        `Schließen Sie die Installation ab, oder entfernen Sie ${bot} in den Einstellungen von ${platform}.`,
    },
    tooLate: {
      title: () => "Die Installation wurde nicht abgeschlossen",
      explanation: ({ platform }) => `Die Bestätigung von ${platform} kam zu spät an.`,
      nextStep: () => "Beginnen Sie noch einmal. Beim zweiten Mal klappt es meistens.",
    },
    notOwner: {
      title: ({ bot }) => `Ein Owner muss ${bot} verbinden`,
      explanation: ({ platform }) =>
        `${platform} hat nicht bestätigt, dass Sie ein Owner dieser Organisation sind.`,
      nextStep: ({ bot }) =>
        `Bitten Sie einen Owner der Organisation, den Link zu öffnen, den Sie benutzt haben, und ${bot} hinzuzufügen.`,
    },
    notInstaller: {
      title: ({ bot }) => `Eine andere Person hat ${bot} installiert`,
      explanation: ({ bot }) =>
        `Nur die Person, die ${bot} in dieser Organisation installiert hat, oder ein Owner kann ${bot} verbinden.`,
      nextStep: () => "Bitten Sie eine dieser Personen, den Link zu öffnen, den Sie benutzt haben.",
    },
    notInstalled: {
      title: ({ bot }) => `${bot} ist noch nicht installiert`,
      explanation: ({ bot, platform }) =>
        `${platform} zeigt keine Installation von ${bot}, auf die Sie Zugriff haben. Wenn Ihre Organisation Single Sign-on nutzt, melden Sie sich auf ${platform} zuerst dort an.`,
      nextStep: ({ bot }) => `Beginnen Sie noch einmal und installieren Sie ${bot}.`,
    },
    connectCancelled: {
      title: () => "Es wurde nichts verbunden",
      explanation: ({ platform }) =>
        `${platform} hat nicht bestätigt, welche Organisationen Ihnen gehören. Es hat sich nichts geändert.`,
      nextStep: () => "Wenn Sie nicht abbrechen wollten, beginnen Sie noch einmal.",
    },
    requestCancelled: {
      title: () => "Ihre Anfrage ist nicht verbunden",
      explanation: ({ bot, platform }) =>
        `${platform} hat nicht bestätigt, dass Sie ${bot} angefragt haben. Ein Owner kann die Anfrage freigeben, aber ${bot} wird dadurch nicht verbunden.`,
      nextStep: ({ platform }) => `Beginnen Sie noch einmal und stimmen Sie auf ${platform} zu.`,
    },
    missingScope: {
      title: ({ bot }) => `${bot} braucht mehr Rechte`,
      explanation: ({ bot, platform }) =>
        `Einige Rechte wurden auf ${platform} abgelehnt, ohne die ${bot} nicht arbeiten kann. Es wurde nichts installiert.`,
      nextStep: () => "Beginnen Sie noch einmal, und stimmen Sie allen Rechten zu.",
    },
    unsupported: {
      title: ({ bot }) => `${bot} lässt sich dort nicht installieren`,
      explanation: ({ platform }) =>
        `Das Konto oder der Workspace, den Sie auf ${platform} ausgewählt haben, wird nicht unterstützt. Es wurde nichts installiert.`,
      nextStep: () =>
        "Beginnen Sie noch einmal, und wählen Sie nach Möglichkeit etwas anderes aus.",
    },
    noSite: {
      title: ({ platform }) => `Ihr Konto hat keine Website in ${platform}`,
      explanation: ({ bot, platform }) =>
        `${bot} arbeitet auf einer Website in ${platform}, und Sie haben auf keine Zugriff gegeben. Es wurde nichts installiert.`,
      nextStep: () =>
        "Erstellen Sie eine Website, oder beginnen Sie noch einmal mit einem anderen Konto.",
    },
    sharedAccount: {
      title: () => "Dieses Konto wird für eine andere Organisation verwendet",
      explanation: ({ bot }) =>
        `${bot} handelt mit dem Konto der Person, die es installiert, und Ihres ist schon mit einer anderen Organisation verbunden. Es wurde nichts installiert.`,
      nextStep: () =>
        "Melden Sie sich mit einem Konto an, das nur diese Organisation verwendet, und beginnen Sie noch einmal.",
    },
    boundElsewhere: {
      title: () => "Dieser Link ist nicht für diese Organisation",
      explanation: ({ bot }) =>
        `Es wurde nichts geändert. Wo ${bot} installiert ist, funktioniert es wie bisher.`,
      nextStep: () =>
        "Wählen Sie die Organisation aus, für die der Link gedacht ist, oder bitten Sie um einen anderen Link.",
    },
    address: {
      title: () => "Diese Adresse ist ungültig",
      explanation: () =>
        "Der Link, der Sie hierher geführt hat, ist unvollständig oder wurde verändert.",
      nextStep: () => "Gehen Sie zurück und versuchen Sie es erneut, oder beginnen Sie von vorn.",
    },
    used: {
      title: () => "Dieser Schritt ist schon erledigt",
      explanation: () =>
        "Die Seite wurde schon einmal geöffnet, zum Beispiel mit „Zurück“ oder „Neu laden“.",
      nextStep: ({ bot }) =>
        `Wenn Sie gesehen haben, dass ${bot} verbunden ist, sind Sie fertig. Sonst beginnen Sie noch einmal.`,
    },
    expired: {
      title: () => "Die Installation hat zu lange gedauert",
      explanation: () =>
        "Zu Ihrer Sicherheit muss eine Installation innerhalb einiger Minuten abgeschlossen werden.",
      nextStep: () => "Beginnen Sie noch einmal. Es wurde nichts installiert.",
    },
    otherBrowser: {
      title: () => "Diese Installation ist in diesem Browser nicht offen",
      explanation: () =>
        "Sie ist schon abgeschlossen, oder sie wurde in einem anderen Browser begonnen.",
      nextStep: ({ bot }) =>
        `Wenn Sie gesehen haben, dass ${bot} verbunden ist, sind Sie fertig. Sonst gehen Sie zurück zum anderen Browser, oder beginnen Sie in diesem noch einmal.`,
    },
    forged: {
      title: () => "Dieser Link ist ungültig",
      explanation: () =>
        "Er wurde nicht hier erstellt oder unterwegs verändert. Es wurde nichts installiert.",
      nextStep: () => "Beginnen Sie noch einmal, und öffnen Sie keine Links von Unbekannten.",
    },
    linkUsed: {
      title: () => "Dieser Link wurde schon benutzt",
      explanation: ({ bot }) =>
        `Mit einem Link lässt sich ${bot} einmal installieren, und dieser wurde schon benutzt.`,
      nextStep: ({ bot }) =>
        `Wenn Sie gesehen haben, dass ${bot} verbunden ist, sind Sie fertig. Sonst bitten Sie um einen neuen Link.`,
    },
    linkExpired: {
      title: () => "Dieser Link ist abgelaufen",
      explanation: () => "Er war nur bis zu einem Datum gültig, das vergangen ist.",
      nextStep: () => "Bitten Sie die Person, die ihn geschickt hat, um einen neuen Link.",
    },
    linkEnded: {
      title: () => "Dieser Link wurde zurückgezogen",
      explanation: () => "Die Person, die ihn geschickt hat, hat ihn ungültig gemacht.",
      nextStep: () => "Bitten Sie die Person, die ihn geschickt hat, um einen neuen Link.",
    },
    linkForged: {
      title: () => "Dieser Link ist unvollständig",
      explanation: () => "Einige seiner Zeichen fehlen oder wurden unterwegs verändert.",
      nextStep: () =>
        "Kopieren Sie den ganzen Link und versuchen Sie es erneut, oder bitten Sie um einen neuen.",
    },
    notReady: {
      title: ({ bot }) => `${bot} ist noch nicht bereit`,
      explanation: ({ bot }) =>
        `Die Registrierung von ${bot} fehlt oder wurde abgelehnt. Es wurde nichts installiert.`,
      nextStep: () => "Wenden Sie sich mit der Referenz unten an den Support.",
    },
    busy: {
      title: () => "Zurzeit nicht verfügbar",
      explanation: () =>
        "Ein Dienst, den die Installation braucht, ist ausgelastet oder hat nicht geantwortet.",
      nextStep: ({ bot }) =>
        `Warten Sie eine Minute, und beginnen Sie dann noch einmal. Das schadet nicht, wenn ${bot} schon installiert ist.`,
    },
    broken: {
      title: () => "Bei uns ist etwas schiefgegangen",
      explanation: () => "Die Installation konnte nicht abgeschlossen werden.",
      nextStep: () =>
        "Beginnen Sie in einer Minute noch einmal. Wenn es wieder fehlschlägt, wenden Sie sich mit der Referenz unten an den Support.",
    },
  },
  checkNow: "Jetzt prüfen",
  startAgain: "Noch einmal beginnen",
  goToStart: "Zur Startseite",
  finish: "Installation abschließen",
  removeAt: ({ platform }) => `Auf ${platform} entfernen`,
  createSite: "Website erstellen",
  otherAccount: "Anderes Konto verwenden",
  reference: "Referenz:",
  encrypted: "Der Zugriff wird verschlüsselt gespeichert",
  privacy: "Datenschutz",
  terms: "Nutzungsbedingungen",
  help: "Hilfe",
};
