import type { Words } from "../words.ts";

export const en: Words = {
  thePlatform: "the platform",
  by: (company) => `By ${company}`,
  choosePlatform: () =>
    "Choose where you want to use it. The next page shows what it will be able to do.",
  add: ({ bot, platform }) => `Add ${bot} to ${platform}`,
  invited: (customer) => `This link is for ${customer}`,
  linkUntil: (date) => `valid until ${date}`,
  linkOnce: ({ bot }) => `This link installs ${bot} once.`,
  will: ({ bot }) => `${bot} will be able to`,
  wont: ({ bot }) => `${bot} will not be able to`,
  shownByPlatform: ({ bot, platform }) =>
    `${platform} shows you which permissions ${bot} requests.`,
  chosenRepositories: "In the repositories that you choose.",
  continueTo: ({ platform }) => `Continue to ${platform}`,
  nothingBefore: ({ platform }) => `Nothing is installed before you agree on ${platform}.`,
  revoke: ({ platform }) => `You can revoke the access at any time in the settings of ${platform}.`,
  nothing: {
    title: ({ bot }) => `${bot} cannot be installed yet`,
    text: () =>
      "No platform is set up here. If this service is yours, register an app at a platform, and set its client ID and secret.",
  },
  connectInstalled: "Already installed? Connect it",
  chooseAccount: {
    title: "Choose an organization",
    text: ({ bot, platform }) =>
      `${bot} is installed on several ${platform} accounts that you own. Which one do you want to connect?`,
    again: () =>
      "To connect another one too, open the page where you started again, and choose it.",
  },
  chooseSite: {
    title: "Choose a site",
    text: ({ bot, platform }) =>
      `You gave ${bot} access to several sites on ${platform}. Which one is it for?`,
    again: ({ bot }) => `To use ${bot} on another site too, install it again and choose that site.`,
  },
  unfinished: {
    title: "One more step",
    text: ({ bot, platform }) =>
      `${bot} is installed on ${platform}, but not connected yet. To connect it, ${platform} has to confirm that you installed it.`,
    button: ({ platform }) => `Continue with ${platform}`,
    notYou: "If you did not just install this, close this page. Nothing has changed here.",
  },
  waiting: {
    title: "Waiting for an owner",
    asked: ({ bot, platform }) =>
      `${platform} has asked an owner of the organization to approve ${bot}.`,
    afterwards: () =>
      "After the approval, start the install again to finish it. You can close this page.",
  },
  waitingRequest: {
    title: (organization) => `Waiting for an owner of ${organization}`,
    asked: ({ bot, platform }, organization) =>
      `${platform} has asked the owners of ${organization} to approve ${bot}. You can send an owner the link below.`,
    ownerLink: "For owners: open the requests on GitHub",
    continues:
      "This page continues by itself. You can also close it: the install is finished after the approval.",
  },
  waitingInstaller: {
    title: ({ platform }) => `Waiting for ${platform}`,
    text: ({ bot, platform }, organization) =>
      `${bot} is installed on ${organization}. ${platform} has not confirmed yet that it was you who installed it.`,
    continues:
      "This page continues by itself, usually within some seconds. You can also close it: the install is finished after the confirmation.",
  },
  confirmRequest: {
    title: (bot, organization) => `Connect ${bot} to ${organization}`,
    text: (requester, organization) =>
      `${requester} requested this for ${organization}. An owner of ${organization} has to confirm it on this page.`,
    button: ({ platform }) => `Confirm with ${platform}`,
  },
  connected: {
    title: (bot, organization) => `${bot} is connected to ${organization}`,
    text: ({ bot }) => `${bot} has the access that it needs.`,
    organization: "Organization",
    platform: "Platform",
    open: ({ bot }) => `Open ${bot}`,
    manage: ({ platform }) => `Manage access on ${platform}`,
    close: "You can close this page.",
    asYou: ({ bot }) =>
      `${bot} acts in your name: it loses its access if your account is closed. Then a colleague has to install it again.`,
  },
  failures: {
    cancelled: {
      title: () => "The install was cancelled",
      explanation: ({ bot, platform }) =>
        `You cancelled on ${platform}. Nothing was installed, and ${bot} got no access.`,
      nextStep: () => "If you did not mean to cancel, start again.",
    },
    notAuthorized: {
      title: () => "The install was not authorized",
      explanation: ({ platform }) =>
        `${platform} returned an error instead of a permission. Nothing was installed.`,
      nextStep: () =>
        "Start again in a minute. If it fails again, contact support with the reference below.",
    },
    notConnected: {
      title: ({ bot, platform }) => `${bot} is installed on ${platform}, but not connected`,
      explanation: ({ bot, platform }) =>
        `${platform} did not confirm that it was you who installed ${bot}, so that ${bot} does not use its access.`,
      nextStep: ({ bot, platform }) =>
        `Finish the install, or remove ${bot} in the settings of ${platform}.`,
    },
    tooLate: {
      title: () => "The install was not finished",
      explanation: ({ platform }) => `The confirmation of ${platform} arrived too late.`,
      nextStep: () => "Start again. It usually works the second time.",
    },
    notOwner: {
      title: ({ bot }) => `An owner has to connect ${bot}`,
      explanation: ({ platform }) =>
        `${platform} did not confirm that you are an owner of this organization.`,
      nextStep: ({ bot }) =>
        `Ask an owner of the organization to open the link that you used, and to add ${bot}.`,
    },
    notInstaller: {
      title: ({ bot }) => `Another person installed ${bot}`,
      explanation: ({ bot }) =>
        `Only the person who installed ${bot} on this organization, or an owner, can connect it.`,
      nextStep: () => "Ask one of them to open the link that you used.",
    },
    notInstalled: {
      title: ({ bot }) => `${bot} is not installed yet`,
      explanation: ({ bot, platform }) =>
        `${platform} shows no installation of ${bot} that you have access to. If your organization uses single sign-on, sign in to it on ${platform} first.`,
      nextStep: ({ bot }) => `Start again, and install ${bot}.`,
    },
    connectCancelled: {
      title: () => "Nothing was connected",
      explanation: ({ platform }) =>
        `${platform} did not confirm which organizations you own. Nothing has changed.`,
      nextStep: () => "If you did not mean to cancel, start again.",
    },
    requestCancelled: {
      title: () => "Your request is not connected",
      explanation: ({ bot, platform }) =>
        `${platform} did not confirm that it was you who requested ${bot}. An owner can approve the request, but ${bot} is not connected by that.`,
      nextStep: ({ platform }) => `Start again, and authorize on ${platform}.`,
    },
    missingScope: {
      title: ({ bot }) => `${bot} needs more permissions`,
      explanation: ({ bot, platform }) =>
        `Some permissions were declined on ${platform}, and ${bot} cannot work without them. Nothing was installed.`,
      nextStep: () => "Start again and accept all permissions.",
    },
    unsupported: {
      title: ({ bot }) => `${bot} cannot be installed there`,
      explanation: ({ platform }) =>
        `The account or workspace that you chose on ${platform} is not supported. Nothing was installed.`,
      nextStep: () => "Start again, and choose another one if you can.",
    },
    noSite: {
      title: ({ platform }) => `Your account has no ${platform} site`,
      explanation: ({ bot, platform }) =>
        `${bot} works on a ${platform} site, and you gave it access to none. Nothing was installed.`,
      nextStep: () => "Create a site, or start again with another account.",
    },
    sharedAccount: {
      title: () => "This account is used for another organization",
      explanation: ({ bot }) =>
        `${bot} acts with the account of the person who installs it, and yours is connected to another organization already. Nothing was installed.`,
      nextStep: () => "Sign in with an account that only this organization uses, and start again.",
    },
    boundElsewhere: {
      title: () => "This link is not for this organization",
      explanation: ({ bot }) =>
        `Nothing was changed. ${bot} works as before where it is installed.`,
      nextStep: () =>
        "Choose the organization that the link is for, or ask the person who sent it for another link.",
    },
    address: {
      title: () => "This address is not valid",
      explanation: () => "The link that brought you here is incomplete or was changed.",
      nextStep: () =>
        "Go back to where you found the link and try again, or start from the beginning.",
    },
    used: {
      title: () => "This step was already taken",
      explanation: () => "The page was opened before, for example with the button Back or Reload.",
      nextStep: ({ bot }) =>
        `If you saw that ${bot} is connected, you are done. Otherwise, start again.`,
    },
    expired: {
      title: () => "The install took too long",
      explanation: () => "For your safety, an install has to be finished within some minutes.",
      nextStep: () => "Start again. Nothing was installed.",
    },
    otherBrowser: {
      title: () => "This install is not open in this browser",
      explanation: () => "It was finished already, or it was started in another browser.",
      nextStep: ({ bot }) =>
        `If you saw that ${bot} is connected, you are done. Otherwise, go back to the other browser, or start again in this one.`,
    },
    forged: {
      title: () => "This link is not valid",
      explanation: () => "It was not made here, or was changed on its way. Nothing was installed.",
      nextStep: () => "Start again, and do not open links from people whom you do not know.",
    },
    linkUsed: {
      title: () => "This link was already used",
      explanation: ({ bot }) => `A link installs ${bot} once, and somebody has used this one.`,
      nextStep: ({ bot }) =>
        `If you saw that ${bot} is connected, you are done. Otherwise, ask the person who sent the link for a new one.`,
    },
    linkExpired: {
      title: () => "This link has expired",
      explanation: () => "It was valid until a date that has passed.",
      nextStep: () => "Ask the person who sent it for a new link.",
    },
    linkEnded: {
      title: () => "This link was withdrawn",
      explanation: () => "The person who sent it has ended it.",
      nextStep: () => "Ask the person who sent it for a new link.",
    },
    linkForged: {
      title: () => "This link is not complete",
      explanation: () => "Some of its characters are missing or were changed on its way.",
      nextStep: () =>
        "Copy the whole link and try again, or ask the person who sent it for a new one.",
    },
    notReady: {
      title: ({ bot }) => `${bot} is not ready`,
      explanation: ({ bot }) =>
        `The registration of ${bot} is missing or was rejected. Nothing was installed.`,
      nextStep: () => "Contact support with the reference below.",
    },
    busy: {
      title: () => "Not available right now",
      explanation: () => "A service that the install needs is busy or did not respond.",
      nextStep: ({ bot }) =>
        `Wait a minute, then start again. That does no harm if ${bot} is installed already.`,
    },
    broken: {
      title: () => "Something went wrong on our side",
      explanation: () => "The install could not be completed.",
      nextStep: () =>
        "Start again in a minute. If it fails again, contact support with the reference below.",
    },
  },
  checkNow: "Check now",
  startAgain: "Start again",
  goToStart: "Go to the start page",
  finish: "Finish the install",
  removeAt: ({ platform }) => `Remove it on ${platform}`,
  createSite: "Create a site",
  otherAccount: "Use another account",
  reference: "Reference:",
  encrypted: "Access is stored encrypted",
  privacy: "Privacy",
  terms: "Terms",
  help: "Help",
};
