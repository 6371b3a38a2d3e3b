/** The names that a text contains. */
export interface Names {
  /** The name of the bot. */
  readonly bot: string;
  /** The name of the platform. */
  readonly platform: string;
}

/** A text with the names of the bot and of the platform. */
type Text = (names: Names) => string;

/** The causes of a failed install, one for each that a person can do something else about. */
export type Cause =
  | "cancelled"
  | "notAuthorized"
  | "notConnected"
  | "tooLate"
  | "notOwner"
  | "notInstaller"
  | "notInstalled"
  | "connectCancelled"
  | "requestCancelled"
  | "missingScope"
  | "unsupported"
  | "noSite"
  | "sharedAccount"
  | "boundElsewhere"
  | "address"
  | "used"
  | "expired"
  | "otherBrowser"
  | "forged"
  | "linkUsed"
  | "linkExpired"
  | "linkEnded"
  | "linkForged"
  | "notReady"
  | "busy"
  | "broken";

/** The texts about a cause: what happened, and what to do next. */
interface FailureWords {
  readonly title: Text;
  readonly explanation: Text;
  readonly nextStep: Text;
}

/** All texts of the pages in one language. A language without one of them does not compile. */
export interface Words {
  /** In place of its name, where the address names none. */
  readonly thePlatform: string;
  readonly by: (company: string) => string;
  readonly choosePlatform: Text;
  readonly add: Text;
  readonly invited: (customer: string) => string;
  readonly linkUntil: (date: string) => string;
  readonly linkOnce: Text;
  readonly will: Text;
  readonly wont: Text;
  /** Where the platform lists the permissions, because the configuration has none. */
  readonly shownByPlatform: Text;
  readonly chosenRepositories: string;
  readonly continueTo: Text;
  readonly nothingBefore: Text;
  readonly revoke: Text;
  readonly nothing: { readonly title: Text; readonly text: Text };
  /** The link to connect an App that is installed already. */
  readonly connectInstalled: string;
  readonly chooseAccount: { readonly title: string; readonly text: Text; readonly again: Text };
  readonly chooseSite: { readonly title: string; readonly text: Text; readonly again: Text };
  readonly unfinished: {
    readonly title: string;
    readonly text: Text;
    readonly button: Text;
    readonly notYou: string;
  };
  readonly waiting: { readonly title: string; readonly asked: Text; readonly afterwards: Text };
  /** Of a request that an owner has to approve on the platform. */
  readonly waitingRequest: {
    readonly title: (organization: string) => string;
    readonly asked: (names: Names, organization: string) => string;
    readonly ownerLink: string;
    readonly continues: string;
  };
  /** Of an App that is installed, until the platform has confirmed who installed it. */
  readonly waitingInstaller: {
    readonly title: Text;
    readonly text: (names: Names, organization: string) => string;
    readonly continues: string;
  };
  /** Of a request that an owner has to confirm here. */
  readonly confirmRequest: {
    readonly title: (bot: string, organization: string) => string;
    readonly text: (requester: string, organization: string) => string;
    readonly button: Text;
  };
  readonly connected: {
    readonly title: (bot: string, organization: string) => string;
    readonly text: Text;
    readonly organization: string;
    readonly platform: string;
    readonly open: Text;
    readonly manage: Text;
    readonly close: string;
    /** Where the bot acts as the person. */
    readonly asYou: Text;
  };
  readonly failures: Readonly<Record<Cause, FailureWords>>;
  /** Requests the page of something that waits again. */
  readonly checkNow: string;
  readonly startAgain: string;
  readonly goToStart: string;
  readonly finish: string;
  readonly removeAt: Text;
  readonly createSite: string;
  readonly otherAccount: string;
  readonly reference: string;
  readonly encrypted: string;
  readonly privacy: string;
  readonly terms: string;
  readonly help: string;
}
