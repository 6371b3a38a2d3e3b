import type { Words } from "../words.ts";

export const es: Words = {
  thePlatform: "la plataforma",
  by: (company) => `De ${company}`,
  choosePlatform: () =>
    "Elija dónde quiere utilizarlo. La página siguiente muestra lo que podrá hacer.",
  add: ({ bot, platform }) => `Añadir ${bot} a ${platform}`,
  invited: (customer) => `Este enlace es para ${customer}`,
  linkUntil: (date) => `válido hasta el ${date}`,
  linkOnce: ({ bot }) => `Este enlace instala ${bot} una sola vez.`,
  will: ({ bot }) => `${bot} podrá`,
  wont: ({ bot }) => `${bot} no podrá`,
  shownByPlatform: ({ bot, platform }) =>
    `${platform} le muestra los permisos que solicita ${bot}.`,
  chosenRepositories: "En los repositorios que usted elija.",
  continueTo: ({ platform }) => `Continuar a ${platform}`,
  nothingBefore: ({ platform }) => `No se instala nada antes de que usted acepte en ${platform}.`,
  revoke: ({ platform }) =>
    `Puede revocar el acceso en cualquier momento en la configuración de ${platform}.`,
  nothing: {
    title: ({ bot }) => `${bot} todavía no se puede instalar`,
    text: () =>
      "No hay ninguna plataforma configurada. Si este servicio es suyo, registre una aplicación en una plataforma e introduzca su ID de cliente y su secreto.",
  },
  connectInstalled: "¿Ya está instalado? Conectarlo",
  chooseAccount: {
    title: "Elija una organización",
    text: ({ bot, platform }) =>
      `${bot} está instalado en varias cuentas de ${platform} de las que usted es propietario. ¿Cuál quiere conectar?`,
    again: () => "Para conectar también otra, abra de nuevo la página donde comenzó y elíjala.",
  },
  chooseSite: {
    title: "Elija un sitio",
    text: ({ bot, platform }) =>
      `Ha dado a ${bot} acceso a varios sitios de ${platform}. ¿Para cuál es?`,
    again: ({ bot }) =>
      `Para utilizar ${bot} también en otro sitio, instálelo de nuevo y elija ese sitio.`,
  },
  unfinished: {
    title: "Un paso más",
    text: ({ bot, platform }) =>
      `${bot} está instalado en ${platform}, pero todavía no está conectado. Para conectarlo, ${platform} tiene que confirmar que lo instaló usted.`,
    button: ({ platform }) => `Continuar con ${platform}`,
    notYou: "Si no acaba de instalar esto, cierre esta página. Aquí no ha cambiado nada.",
  },
  waiting: {
    title: "A la espera de un propietario",
    asked: ({ bot, platform }) =>
      `${platform} ha pedido a un propietario de la organización que apruebe ${bot}.`,
    afterwards: () =>
      "Después de la aprobación, comience la instalación de nuevo para terminarla. Puede cerrar esta página.",
  },
  waitingRequest: {
    title: (organization) => `A la espera de un propietario de ${organization}`,
    asked: ({ bot, platform }, organization) =>
      `${platform} ha pedido a los propietarios de ${organization} que aprueben ${bot}. Puede enviar a un propietario el enlace de abajo.`,
    ownerLink: "Para propietarios: abrir las solicitudes en GitHub",
    continues:
      "Esta página continúa por sí sola. También puede cerrarla: la instalación termina después de la aprobación.",
  },
  waitingInstaller: {
    title: ({ platform }) => `A la espera de ${platform}`,
    text: ({ bot, platform }, organization) =>
      `${bot} está instalado en ${organization}. ${platform} todavía no ha confirmado que usted lo instalara.`,
    continues:
      "Esta página continúa por sí sola, normalmente en unos segundos. También puede cerrarla: la instalación termina después de la confirmación.",
  },
  confirmRequest: {
    title: (bot, organization) => `Conectar ${bot} a ${organization}`,
    text: (requester, organization) =>
      `${requester} lo solicitó para ${organization}. Un propietario de ${organization} tiene que confirmarlo en esta página.`,
    button: ({ platform }) => `Confirmar con ${platform}`,
  },
  connected: {
    title: (bot, organization) => `${bot} está conectado a ${organization}`,
    text: ({ bot }) => `${bot} tiene el acceso que necesita.`,
    organization: "Organización",
    platform: "Plataforma",
    open: ({ bot }) => `Abrir ${bot}`,
    manage: ({ platform }) => `Gestionar el acceso en ${platform}`,
    close: "Puede cerrar esta página.",
    asYou: ({ bot }) =>
      `${bot} actúa en su nombre: pierde el acceso si se cierra su cuenta. Entonces otra persona tiene que instalarlo de nuevo.`,
  },
  failures: {
    cancelled: {
      title: () => "La instalación se canceló",
      explanation: ({ bot, platform }) =>
        `Usted canceló en ${platform}. No se instaló nada y ${bot} no obtuvo acceso.`,
      nextStep: () => "Si no quería cancelar, comience de nuevo.",
    },
    notAuthorized: {
      title: () => "La instalación no se autorizó",
      explanation: ({ platform }) =>
        `${platform} devolvió un error en lugar de un permiso. No se instaló nada.`,
      nextStep: () =>
        "Comience de nuevo en un minuto. Si vuelve a fallar, contacte con soporte con la referencia de abajo.",
    },
    notConnected: {
      title: ({ bot, platform }) => `${bot} está instalado en ${platform}, pero no está conectado`,
      explanation: ({ bot, platform }) =>
        `${platform} no confirmó que usted instalara ${bot}, por lo que ${bot} no utiliza su acceso.`,
      nextStep: ({ bot, platform }) =>
        `Termine la instalación o elimine ${bot} en la configuración de ${platform}.`,
    },
    tooLate: {
      title: () => "La instalación no se terminó",
      explanation: ({ platform }) => `La confirmación de ${platform} llegó demasiado tarde.`,
      nextStep: () => "Comience de nuevo. Suele funcionar la segunda vez.",
    },
    notOwner: {
      title: ({ bot }) => `Un propietario tiene que conectar ${bot}`,
      explanation: ({ platform }) =>
        `${platform} no confirmó que usted sea propietario de esta organización.`,
      nextStep: ({ bot }) =>
        `Pida a un propietario de la organización que abra el enlace que usted utilizó y añada ${bot}.`,
    },
    notInstaller: {
      title: ({ bot }) => `Otra persona instaló ${bot}`,
      explanation: ({ bot }) =>
        `Solo la persona que instaló ${bot} en esta organización, o un propietario, puede conectarlo.`,
      nextStep: () => "Pida a una de esas personas que abra el enlace que usted utilizó.",
    },
    notInstalled: {
      title: ({ bot }) => `${bot} todavía no está instalado`,
      explanation: ({ bot, platform }) =>
        `${platform} no muestra ninguna instalación de ${bot} a la que usted tenga acceso. Si su organización utiliza el inicio de sesión único, inicie sesión primero en ${platform}.`,
      nextStep: ({ bot }) => `Comience de nuevo e instale ${bot}.`,
    },
    connectCancelled: {
      title: () => "No se conectó nada",
      explanation: ({ platform }) =>
        `${platform} no confirmó de qué organizaciones es usted propietario. No ha cambiado nada.`,
      nextStep: () => "Si no quería cancelar, comience de nuevo.",
    },
    requestCancelled: {
      title: () => "Su solicitud no está conectada",
      explanation: ({ bot, platform }) =>
        `${platform} no confirmó que fuera usted quien solicitó ${bot}. Un propietario puede aprobar la solicitud, pero ${bot} no se conecta con eso.`,
      nextStep: ({ platform }) => `Comience de nuevo y autorice en ${platform}.`,
    },
    missingScope: {
      title: ({ bot }) => `${bot} necesita más permisos`,
      explanation: ({ bot, platform }) =>
        `Se rechazaron permisos en ${platform} sin los cuales ${bot} no puede funcionar. No se instaló nada.`,
      nextStep: () => "Comience de nuevo y acepte todos los permisos.",
    },
    unsupported: {
      title: ({ bot }) => `${bot} no se puede instalar ahí`,
      explanation: ({ platform }) =>
        `La cuenta o el espacio de trabajo que eligió en ${platform} no es compatible. No se instaló nada.`,
      nextStep: () => "Comience de nuevo y elija otra opción si puede.",
    },
    noSite: {
      title: ({ platform }) => `Su cuenta no tiene ningún sitio de ${platform}`,
      explanation: ({ bot, platform }) =>
        `${bot} funciona en un sitio de ${platform}, y usted no le dio acceso a ninguno. No se instaló nada.`,
      nextStep: () => "Cree un sitio o comience de nuevo con otra cuenta.",
    },
    sharedAccount: {
      title: () => "Esta cuenta se utiliza para otra organización",
      explanation: ({ bot }) =>
        `${bot} actúa con la cuenta de quien lo instala, y la suya ya está conectada a otra organización. No se instaló nada.`,
      nextStep: () =>
        "Inicie sesión con una cuenta que solo utilice esta organización y comience de nuevo.",
    },
    boundElsewhere: {
      title: () => "Este enlace no es para esta organización",
      explanation: ({ bot }) =>
        `No se cambió nada. ${bot} funciona como antes allí donde está instalado.`,
      nextStep: () =>
        "Elija la organización para la que es el enlace o pida otro enlace a quien se lo envió.",
    },
    address: {
      title: () => "Esta dirección no es válida",
      explanation: () => "El enlace que le trajo aquí está incompleto o se modificó.",
      nextStep: () =>
        "Vuelva a donde encontró el enlace e inténtelo de nuevo, o comience desde el principio.",
    },
    used: {
      title: () => "Este paso ya se completó",
      explanation: () => "La página ya se abrió antes, por ejemplo con el botón Atrás o Recargar.",
      nextStep: ({ bot }) =>
        `Si vio que ${bot} está conectado, ha terminado. Si no, comience de nuevo.`,
    },
    expired: {
      title: () => "La instalación tardó demasiado",
      explanation: () => "Por su seguridad, una instalación se tiene que terminar en unos minutos.",
      nextStep: () => "Comience de nuevo. No se instaló nada.",
    },
    otherBrowser: {
      title: () => "Esta instalación no está abierta en este navegador",
      explanation: () => "Ya se terminó o se inició en otro navegador.",
      nextStep: ({ bot }) =>
        `Si vio que ${bot} está conectado, ha terminado. Si no, vuelva al otro navegador o comience de nuevo en este.`,
    },
    forged: {
      title: () => "Este enlace no es válido",
      explanation: () => "No se creó aquí o se modificó por el camino. No se instaló nada.",
      nextStep: () => "Comience de nuevo y no abra enlaces de personas desconocidas.",
    },
    linkUsed: {
      title: () => "Este enlace ya se utilizó",
      explanation: ({ bot }) => `Un enlace instala ${bot} una sola vez, y este ya se utilizó.`,
      nextStep: ({ bot }) =>
        `Si vio que ${bot} está conectado, ha terminado. Si no, pida un enlace nuevo a quien se lo envió.`,
    },
    linkExpired: {
      title: () => "Este enlace ha caducado",
      explanation: () => "Era válido hasta una fecha que ya pasó.",
      nextStep: () => "Pida un enlace nuevo a quien se lo envió.",
    },
    linkEnded: {
      title: () => "Este enlace se retiró",
      explanation: () => "La persona que lo envió lo dio por terminado.",
      nextStep: () => "Pida un enlace nuevo a quien se lo envió.",
    },
    linkForged: {
      title: () => "Este enlace está incompleto",
      explanation: () => "Le faltan caracteres o se modificaron por el camino.",
      nextStep: () =>
        "Copie el enlace entero e inténtelo de nuevo, o pida uno nuevo a quien se lo envió.",
    },
    notReady: {
      title: ({ bot }) => `${bot} no está listo`,
      explanation: ({ bot }) => `Falta el registro de ${bot} o se rechazó. No se instaló nada.`,
      nextStep: () => "Contacte con soporte con la referencia de abajo.",
    },
    busy: {
      title: () => "No disponible en este momento",
      explanation: () => "Un servicio que la instalación necesita está ocupado o no respondió.",
      nextStep: ({ bot }) =>
        `Espere un minuto y comience de nuevo. No pasa nada si ${bot} ya está instalado.`,
    },
    broken: {
      title: () => "Se produjo un error en nuestro servicio",
      explanation: () => "No se pudo completar la instalación.",
      nextStep: () =>
        "Comience de nuevo en un minuto. Si vuelve a fallar, contacte con soporte con la referencia de abajo.",
    },
  },
  checkNow: "Comprobar ahora",
  startAgain: "Comenzar de nuevo",
  goToStart: "Ir a la página de inicio",
  finish: "Terminar la instalación",
  removeAt: ({ platform }) => `Eliminar en ${platform}`,
  createSite: "Crear un sitio",
  otherAccount: "Usar otra cuenta",
  reference: "Referencia:",
  encrypted: "El acceso se guarda cifrado",
  privacy: "Privacidad",
  terms: "Condiciones",
  help: "Ayuda",
};
