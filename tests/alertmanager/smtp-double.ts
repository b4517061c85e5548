import { type AddressInfo, createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { createSecureContext, TLSSocket } from "node:tls";

export type Mail = {
  readonly from: string;
  readonly to: readonly string[];
  /** User and password of the session, where somebody logged in. */
  readonly login: readonly string[] | undefined;
  readonly encrypted: boolean;
  readonly headers: Readonly<Record<string, string>>;
  /** By media type, decoded. */
  readonly parts: Readonly<Record<string, string>>;
};
export type SmtpOptions = {
  readonly certificate?: { readonly key: string; readonly cert: string } | undefined;
  /** TLS from the first byte on, instead of STARTTLS. */
  readonly implicitTls?: boolean;
  /** Offers a login; `refuse` takes none. */
  readonly login?: "offer" | "refuse";
};
export type SmtpDouble = Awaited<ReturnType<typeof startSmtpDouble>>;

function decodeQuotedPrintable(text: string): string {
  const bytes = text
    .replaceAll(/=\r?\n/g, "")
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

function readHeaders(text: string): Record<string, string> {
  const lines = text.replaceAll(/\r?\n[ \t]+/g, " ").split(/\r?\n/);
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
  );
}

function readMessage(data: string): Pick<Mail, "headers" | "parts"> {
  const end = data.indexOf("\n\n");
  const headers = readHeaders(data.slice(0, end));
  const [, boundary] = /boundary="?([^";]+)"?/.exec(headers["content-type"] ?? "") ?? [];
  const parts = data
    .slice(end)
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => {
      const [head = "", ...body] = part.trimStart().split("\n\n");
      return [
        (readHeaders(head)["content-type"] ?? "").split(";")[0]!,
        decodeQuotedPrintable(body.join("\n\n")),
      ] as const;
    });
  return { headers, parts: Object.fromEntries(parts) };
}

/** A mail server that keeps what it is sent. */
export async function startSmtpDouble({ certificate, implicitTls = false, login }: SmtpOptions = {}) {
  const mails: Mail[] = [];
  const waiting = new Set<() => void>();
  const sockets = new Set<Socket>();
  const secureContext = certificate === undefined ? undefined : createSecureContext(certificate);
  const secure = (socket: Socket): TLSSocket =>
    new TLSSocket(socket, { isServer: true, secureContext: secureContext! });

  const serve = (socket: Socket, encrypted: boolean, greet: boolean): void => {
    const say = (...lines: string[]): void => {
      socket.write(lines.map((line) => `${line}\r\n`).join(""));
    };
    let [from, to, data, user] = [
      "",
      [] as string[],
      undefined as string[] | undefined,
      undefined as string[] | undefined,
    ];
    socket.on("error", () => {});
    const reader = createInterface({ input: socket });
    reader.on("error", () => {});
    reader.on("line", (line) => {
      if (data !== undefined) {
        if (line !== ".") {
          data.push(line.replace(/^\./, ""));
          return;
        }
        mails.push({ from, to, login: user, encrypted, ...readMessage(data.join("\n")) });
        [data, to] = [undefined, []];
        say("250 kept");
        for (const look of waiting) look();
        return;
      }
      const command = line.slice(0, 4).toUpperCase();
      if (command === "EHLO") {
        const offers = [
          ...(secureContext !== undefined && !encrypted ? ["STARTTLS"] : []),
          ...(login === undefined ? [] : ["AUTH PLAIN"]),
        ];
        const lines = ["double.example", ...offers];
        say(...lines.map((one, index) => `250${index === lines.length - 1 ? " " : "-"}${one}`));
      } else if (command === "STAR") {
        reader.close();
        socket.removeAllListeners("data");
        say("220 go on");
        serve(secure(socket), true, false);
      } else if (command === "AUTH") {
        user = Buffer.from(line.split(" ")[2] ?? "", "base64")
          .toString()
          .split("\0")
          .slice(1);
        say(login === "refuse" ? "535 wrong user or password" : "235 welcome");
      } else if (command === "MAIL") {
        [, from = ""] = /<(.*)>/.exec(line) ?? [];
        say("250 ok");
      } else if (command === "RCPT") {
        to.push(/<(.*)>/.exec(line)?.[1] ?? "");
        say("250 ok");
      } else if (command === "DATA") {
        data = [];
        say("354 end with a dot");
      } else if (command === "QUIT") {
        say("221 bye");
        socket.end();
      } else say("250 ok");
    });
    if (greet) say("220 double.example ESMTP");
  };

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    serve(implicitTls ? secure(socket) : socket, implicitTls, true);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: "localhost",
    port: String((server.address() as AddressInfo).port),
    mails: mails as readonly Mail[],
    /** Resolves with the first mail, from the beginning, whose subject matches. */
    wait: (subject: RegExp): Promise<Mail> =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = mails.find(({ headers }) => subject.test(headers["subject"] ?? ""));
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    close: async (): Promise<void> => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
