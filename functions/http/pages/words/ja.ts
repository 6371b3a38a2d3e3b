import type { Words } from "../words.ts";

export const ja: Words = {
  thePlatform: "プラットフォーム",
  by: (company) => `提供：${company}`,
  choosePlatform: () =>
    "利用する場所を選択してください。許可される操作は次のページに表示されます。",
  add: ({ bot, platform }) => `${platform} に ${bot} を追加`,
  invited: (customer) => `このリンクの対象：${customer}`,
  linkUntil: (date) => `有効期限：${date}`,
  linkOnce: ({ bot }) => `このリンクで ${bot} をインストールできるのは 1 回だけです。`,
  will: ({ bot }) => `${bot} ができること`,
  wont: ({ bot }) => `${bot} ができないこと`,
  shownByPlatform: ({ bot, platform }) => `${bot} が要求する権限は ${platform} に表示されます。`,
  chosenRepositories: "選択したリポジトリのみ。",
  continueTo: ({ platform }) => `${platform} に進む`,
  nothingBefore: ({ platform }) => `${platform} で同意するまで、何もインストールされません。`,
  revoke: ({ platform }) => `アクセス権は ${platform} の設定からいつでも取り消せます。`,
  nothing: {
    title: ({ bot }) => `${bot} はまだインストールできません`,
    text: () =>
      "プラットフォームが設定されていません。このサービスの管理者は、プラットフォームにアプリを登録し、クライアント ID とシークレットを設定してください。",
  },
  connectInstalled: "インストール済みですか。接続する",
  chooseAccount: {
    title: "組織を選択してください",
    text: ({ bot, platform }) =>
      `${bot} は、あなたがオーナーである複数の ${platform} アカウントにインストールされています。どのアカウントを接続しますか。`,
    again: () => "別のアカウントも接続するには、開始したページをもう一度開いて選択してください。",
  },
  chooseSite: {
    title: "サイトを選択してください",
    text: ({ bot, platform }) =>
      `${bot} に ${platform} の複数のサイトへのアクセスを許可しました。どのサイトで使用しますか。`,
    again: ({ bot }) =>
      `別のサイトでも ${bot} を使用するには、もう一度インストールしてそのサイトを選択してください。`,
  },
  unfinished: {
    title: "あと 1 ステップです",
    text: ({ bot, platform }) =>
      `${bot} は ${platform} にインストールされましたが、まだ接続されていません。接続するには、インストールした本人であることを ${platform} で確認する必要があります。`,
    button: ({ platform }) => `${platform} で続ける`,
    notYou:
      "インストールした覚えがない場合は、このページを閉じてください。何も変更されていません。",
  },
  waiting: {
    title: "オーナーの承認待ちです",
    asked: ({ bot, platform }) => `${platform} が組織のオーナーに ${bot} の承認を依頼しました。`,
    afterwards: () =>
      "承認されたら、もう一度インストールを開始して完了してください。このページは閉じてかまいません。",
  },
  waitingRequest: {
    title: (organization) => `${organization} のオーナーの承認待ちです`,
    asked: ({ bot, platform }, organization) =>
      `${platform} が ${organization} のオーナーに ${bot} の承認を依頼しました。下のリンクをオーナーに送ることができます。`,
    ownerLink: "オーナー向け: GitHub でリクエストを開く",
    continues:
      "このページは自動的に進みます。閉じてもかまいません。承認後にインストールが完了します。",
  },
  waitingInstaller: {
    title: ({ platform }) => `${platform} の確認待ちです`,
    text: ({ bot, platform }, organization) =>
      `${bot} は ${organization} にインストールされています。あなたがインストールしたことは、${platform} でまだ確認されていません。`,
    continues:
      "このページは、通常は数秒で自動的に進みます。閉じてもかまいません。確認後にインストールが完了します。",
  },
  confirmRequest: {
    title: (bot, organization) => `${bot} を ${organization} に接続`,
    text: (requester, organization) =>
      `${requester} が ${organization} のためにリクエストしました。${organization} のオーナーがこのページで確認する必要があります。`,
    button: ({ platform }) => `${platform} で確認`,
  },
  connected: {
    title: (bot, organization) => `${bot} は ${organization} に接続されました`,
    text: ({ bot }) => `${bot} に必要なアクセス権が付与されました。`,
    organization: "組織",
    platform: "プラットフォーム",
    open: ({ bot }) => `${bot} を開く`,
    manage: ({ platform }) => `${platform} でアクセス権を管理`,
    close: "このページは閉じてかまいません。",
    asYou: ({ bot }) =>
      `${bot} はあなたの名義で動作します。アカウントが閉鎖されるとアクセス権が失われるため、別の人がもう一度インストールする必要があります。`,
  },
  failures: {
    cancelled: {
      title: () => "インストールはキャンセルされました",
      explanation: ({ bot, platform }) =>
        `${platform} でキャンセルされました。何もインストールされず、${bot} はアクセス権を取得していません。`,
      nextStep: () => "キャンセルするつもりでなかった場合は、もう一度開始してください。",
    },
    notAuthorized: {
      title: () => "インストールは許可されませんでした",
      explanation: ({ platform }) =>
        `${platform} が許可ではなくエラーを返しました。何もインストールされていません。`,
      nextStep: () =>
        "1 分後にもう一度開始してください。再び失敗した場合は、下の参照番号を添えてサポートにお問い合わせください。",
    },
    notConnected: {
      title: ({ bot, platform }) =>
        `${bot} は ${platform} にインストールされましたが、接続されていません`,
      explanation: ({ bot, platform }) =>
        `インストールした本人であることを ${platform} で確認できなかったため、${bot} はアクセス権を使用しません。`,
      nextStep: ({ bot, platform }) =>
        `インストールを完了するか、${platform} の設定から ${bot} を削除してください。`,
    },
    tooLate: {
      title: () => "インストールは完了しませんでした",
      explanation: ({ platform }) => `${platform} からの確認が間に合いませんでした。`,
      nextStep: () => "もう一度開始してください。通常は 2 回目で成功します。",
    },
    notOwner: {
      title: ({ bot }) => `${bot} の接続にはオーナーの操作が必要です`,
      explanation: ({ platform }) =>
        `あなたがこの組織のオーナーであることを ${platform} で確認できませんでした。`,
      nextStep: ({ bot }) =>
        `使用したリンクを開いて ${bot} を追加するよう、組織のオーナーに依頼してください。`,
    },
    notInstaller: {
      title: ({ bot }) => `${bot} は別の人がインストールしました`,
      explanation: ({ bot }) =>
        `接続できるのは、この組織に ${bot} をインストールした本人か、オーナーだけです。`,
      nextStep: () => "そのいずれかの人に、使用したリンクを開くよう依頼してください。",
    },
    notInstalled: {
      title: ({ bot }) => `${bot} はまだインストールされていません`,
      explanation: ({ bot, platform }) =>
        `あなたがアクセスできる ${bot} のインストールは ${platform} にありません。組織がシングルサインオンを使用している場合は、先に ${platform} でサインインしてください。`,
      nextStep: ({ bot }) => `もう一度開始し、${bot} をインストールしてください。`,
    },
    connectCancelled: {
      title: () => "何も接続されていません",
      explanation: ({ platform }) =>
        `あなたがオーナーである組織を ${platform} で確認できませんでした。何も変更されていません。`,
      nextStep: () => "キャンセルするつもりがなかった場合は、もう一度開始してください。",
    },
    requestCancelled: {
      title: () => "リクエストは接続されていません",
      explanation: ({ bot, platform }) =>
        `${bot} をリクエストした本人であることを ${platform} で確認できませんでした。オーナーがリクエストを承認しても、${bot} は接続されません。`,
      nextStep: ({ platform }) => `もう一度開始し、${platform} で許可してください。`,
    },
    missingScope: {
      title: ({ bot }) => `${bot} にはさらに権限が必要です`,
      explanation: ({ bot, platform }) =>
        `${bot} の動作に必要な権限の一部が ${platform} で拒否されました。何もインストールされていません。`,
      nextStep: () => "もう一度開始し、すべての権限を許可してください。",
    },
    unsupported: {
      title: ({ bot }) => `${bot} はそこにはインストールできません`,
      explanation: ({ platform }) =>
        `${platform} で選択したアカウントまたはワークスペースには対応していません。何もインストールされていません。`,
      nextStep: () => "もう一度開始し、可能であれば別のものを選択してください。",
    },
    noSite: {
      title: ({ platform }) => `アカウントに ${platform} のサイトがありません`,
      explanation: ({ bot, platform }) =>
        `${bot} は ${platform} のサイトで動作しますが、どのサイトへのアクセスも許可されませんでした。何もインストールされていません。`,
      nextStep: () => "サイトを作成するか、別のアカウントでもう一度開始してください。",
    },
    sharedAccount: {
      title: () => "このアカウントは別の組織で使用されています",
      explanation: ({ bot }) =>
        `${bot} はインストールした人のアカウントで動作しますが、このアカウントはすでに別の組織に接続されています。何もインストールされていません。`,
      nextStep: () => "この組織だけで使用するアカウントでサインインし、もう一度開始してください。",
    },
    boundElsewhere: {
      title: () => "このリンクはこの組織のためのものではありません",
      explanation: ({ bot }) =>
        `何も変更されていません。インストール済みの ${bot} はこれまでどおり動作します。`,
      nextStep: () => "リンクの対象の組織を選択するか、送信者に別のリンクを依頼してください。",
    },
    address: {
      title: () => "このアドレスは無効です",
      explanation: () => "開いたリンクが不完全であるか、変更されています。",
      nextStep: () => "リンクがあった場所に戻ってもう一度試すか、最初から開始してください。",
    },
    used: {
      title: () => "このステップはすでに完了しています",
      explanation: () => "「戻る」や「再読み込み」などで、このページは以前に開かれています。",
      nextStep: ({ bot }) =>
        `${bot} が接続されたと表示された場合は完了しています。そうでない場合は、もう一度開始してください。`,
    },
    expired: {
      title: () => "インストールの制限時間を過ぎました",
      explanation: () => "安全のため、インストールは数分以内に完了する必要があります。",
      nextStep: () => "もう一度開始してください。何もインストールされていません。",
    },
    otherBrowser: {
      title: () => "このインストールはこのブラウザーでは開かれていません",
      explanation: () => "すでに完了しているか、別のブラウザーで開始されています。",
      nextStep: ({ bot }) =>
        `${bot} が接続されたと表示された場合は完了しています。そうでない場合は、元のブラウザーに戻るか、このブラウザーでもう一度開始してください。`,
    },
    forged: {
      title: () => "このリンクは無効です",
      explanation: () =>
        "ここで作成されたものではないか、途中で変更されています。何もインストールされていません。",
      nextStep: () => "もう一度開始してください。知らない人からのリンクは開かないでください。",
    },
    linkUsed: {
      title: () => "このリンクはすでに使用されています",
      explanation: ({ bot }) =>
        `1 つのリンクで ${bot} をインストールできるのは 1 回だけで、このリンクは使用済みです。`,
      nextStep: ({ bot }) =>
        `${bot} が接続されたと表示された場合は完了しています。そうでない場合は、送信者に新しいリンクを依頼してください。`,
    },
    linkExpired: {
      title: () => "このリンクは期限切れです",
      explanation: () => "有効期限が過ぎています。",
      nextStep: () => "送信者に新しいリンクを依頼してください。",
    },
    linkEnded: {
      title: () => "このリンクは取り消されました",
      explanation: () => "送信者がこのリンクを終了しました。",
      nextStep: () => "送信者に新しいリンクを依頼してください。",
    },
    linkForged: {
      title: () => "このリンクは不完全です",
      explanation: () => "文字が欠けているか、途中で変更されています。",
      nextStep: () =>
        "リンク全体をコピーしてもう一度試すか、送信者に新しいリンクを依頼してください。",
    },
    notReady: {
      title: ({ bot }) => `${bot} は準備中です`,
      explanation: ({ bot }) =>
        `${bot} の登録がないか、拒否されました。何もインストールされていません。`,
      nextStep: () => "下の参照番号を添えてサポートにお問い合わせください。",
    },
    busy: {
      title: () => "現在利用できません",
      explanation: () => "インストールに必要なサービスが混雑しているか、応答しませんでした。",
      nextStep: ({ bot }) =>
        `1 分後にもう一度開始してください。${bot} がすでにインストールされていても問題ありません。`,
    },
    broken: {
      title: () => "サービス側で問題が発生しました",
      explanation: () => "インストールを完了できませんでした。",
      nextStep: () =>
        "1 分後にもう一度開始してください。再び失敗した場合は、下の参照番号を添えてサポートにお問い合わせください。",
    },
  },
  checkNow: "今すぐ確認",
  startAgain: "もう一度開始",
  goToStart: "開始ページへ",
  finish: "インストールを完了",
  removeAt: ({ platform }) => `${platform} で削除`,
  createSite: "サイトを作成",
  otherAccount: "別のアカウントを使用",
  reference: "参照番号：",
  encrypted: "アクセス権は暗号化して保存されます",
  privacy: "プライバシー",
  terms: "利用規約",
  help: "ヘルプ",
};
