import { ALNUM, chars, DIGITS, HEX, key, pick, URL_SAFE } from "./random.ts";
import { type Tell, told } from "./tell.ts";

/** Passwords, keys and the like that only a word, or the name of a key, gives away. */
export const CREDENTIALS_BY_WORD: Readonly<Record<string, readonly Tell[]>> = {
  seed_phrase: [
    told(
      ["seed phrase: ", "recovery phrase is ", "mnemonic: "],
      [
        (random) =>
          Array.from({ length: pick(random, [12, 24]) }, () =>
            pick(
              random,
              "abandon ability cactus canyon dolphin eager fabric galaxy hazard icon jelly kidney lunar magnet napkin oxygen panther quantum rabbit salmon tiger umbrella velvet wagon yellow zebra".split(
                " ",
              ),
            ),
          ).join(" "),
      ],
      ["", "\n", "."],
    ),
  ],
  password: [
    told(
      ["password=", "DB_PASSWORD=", "pwd: ", "password: ", "Passwort: ", "mot de passe : ", "contraseña: ", "senha: "],
      [(random) => `${key(random, ALNUM, 8 + random(8))}!`, (random) => key(random, `${ALNUM}#%*-_`, 12)],
      ["\n", ""],
    ),
    told(
      ['"password":"', '"user_password": "', "'passwd': '", '\\"password\\":\\"'],
      [(random) => key(random, `${ALNUM}!#%.,;: `, 14).replace(/^[ :,.;]|[ :,.;]$/g, "x")],
      [],
    ),
    told(["machine api.example.com login me password "], [(random) => key(random, ALNUM, 16)]),
  ],
  secret: [
    told(
      [
        "client_secret=",
        "APP_SECRET: ",
        "my password is ",
        "the passcode is ",
        "mein Passwort ist ",
        "mi contraseña es ",
        "minha senha é ",
        "the secret key is ",
      ],
      [(random) => key(random, ALNUM, 20)],
    ),
    told(["mytool --token ", "curl --password ", "deploy --api-key "], [(random) => key(random, ALNUM, 24)]),
    told(["<clientSecret>"], [(random) => key(random, ALNUM, 20)], ["</clientSecret>"]),
    told(["https://x.blob.core.windows.net/c?sv=2024&sig="], [(random) => key(random, ALNUM, 43)], ["&se=2026", ""]),
  ],
  api_key: [
    told(
      [
        "COHERE_API_KEY=",
        "MISTRAL_API_KEY=",
        "TOGETHER_API_KEY: ",
        "DD_API_KEY=",
        "datadog api key: ",
        "x-api-key: ",
        "apiKey: '",
        '"apiKey":"',
        "aws_secret_access_key = ",
        "AccountKey=",
        "CLOUDFLARE_API_KEY=",
        "routing_key: ",
        '"name":"AZURE_KEY","value":"',
      ],
      [(random) => key(random, ALNUM, 40), (random) => key(random, HEX, 32)],
    ),
  ],
  token: [
    told(
      [
        "access_token=",
        "SNOWFLAKE_TOKEN: ",
        "refreshToken: '",
        '"session_token":"',
        "?token=",
        "CIRCLE_TOKEN=",
        "//registry.example.com/:_authToken=",
      ],
      [(random) => key(random, ALNUM, 36), (random) => key(random, URL_SAFE, 50)],
    ),
  ],
  authorization: [
    told(
      ["Authorization: Token ", '"authorization":"ApiKey ', "Authorization: ", "proxy-authorization: Basic "],
      [(random) => key(random, ALNUM, 40)],
    ),
  ],
  cookie: [
    told(
      ["Cookie: ", "Set-Cookie: ", '"cookie":"'],
      [(random) => `session=${key(random, ALNUM, 24)}; id=${key(random, HEX, 12)}`],
    ),
  ],
  otp: [told(["otp: ", "OTP=", '"otp":"'], [(random) => chars(random, DIGITS, 6)])],
  card_code: [told(["cvv: ", "CVC=", '"cvv":"'], [(random) => chars(random, DIGITS, 3)])],
  bearer_token: [told(["Bearer ", "sent with bearer "], [(random) => key(random, ALNUM, 40)])],
  basic_auth: [
    told(["Basic ", "basic "], [(random) => Buffer.from(`user:${key(random, ALNUM, 12)}`).toString("base64")]),
    told(
      ['{"auths":{"r.example.com":{"auth":"'],
      [(random) => Buffer.from(`user:${key(random, ALNUM, 12)}`).toString("base64")],
      ['"}}}'],
    ),
  ],
  url_password: [
    told(
      [
        "postgres://app:",
        "mongodb+srv://root:",
        "redis://:",
        "amqp://svc:",
        "https://user:",
        "snowflake://me:",
        "mysql://app:",
      ],
      [(random) => key(random, ALNUM, 16)],
      ["@db.example.com/main"],
    ),
    told(["cloudinary://123456789012345:"], [(random) => key(random, ALNUM, 27)], ["@cloud"]),
  ],
};
