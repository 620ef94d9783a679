import type { Password } from "../../src/domain/credentials/password.ts";

/** What every hash below is of. */
export const FOREIGN_PASSWORD = "pässword für 🐢" as Password;

/**
 * By the form, a hash that another implementation made: bcrypt by crypt(3), argon2 by OpenSSL, the
 * rest by Python's hashlib.
 */
export const FOREIGN_HASHES: Readonly<Record<string, string>> = {
  "bcrypt 2a": "$2a$06$abcdefghijklmnopqrstuuLJhBoDa0d.hoJDSwfLji2nzZwagh83O",
  "bcrypt 2b": "$2b$06$abcdefghijklmnopqrstuuLJhBoDa0d.hoJDSwfLji2nzZwagh83O",
  "bcrypt 2y": "$2y$06$abcdefghijklmnopqrstuuLJhBoDa0d.hoJDSwfLji2nzZwagh83O",
  argon2id:
    "$argon2id$v=19$m=256,t=3,p=2$AAECAwQFBgcICQoLDA0ODw$L1ysmCLG/ZmMcWii6hrivXIBzHDl7SSZDYNtnHYNfqg",
  argon2i: "$argon2i$v=19$m=64,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$L8DexkKzHRp/SLUq14Ldz6ZrnBL4fh4V",
  "PBKDF2 with SHA-1": "$pbkdf2$1000$..................../w$L2B4x3NTinyYQ4Bx6ESBRYQZAtQ",
  "PBKDF2 with SHA-256":
    "$pbkdf2-sha256$1000$..................../w$7zthUnATB6OVaZUsjwoiVYdDh6RwygWwKrvIWjyrsb0",
  "PBKDF2 with SHA-256, a key of two blocks":
    "$pbkdf2-sha256$1000$..................../w$7zthUnATB6OVaZUsjwoiVYdDh6RwygWwKrvIWjyrsb0RDo2zsFLM0SvgwPjp0IOoFJHJCU5/yQR7B.z4beGbNQ",
  "PBKDF2 with SHA-512":
    "$pbkdf2-sha512$1000$..................../w$aSdAsWFeW8QwDKLgToUFIWVw/B0GFIjAU3jLMldYWjjoDDtysVhBU3twQf/wUNgDtqc81yL7y7QNd03xOB.S0g",
  scrypt:
    "$scrypt$ln=10,r=8,p=2$AAECAwQFBgcICQoLDA0ODw$ObagYFfardvWP9eiWkAdhhy7dkICybplDdpdIePYjcQ",
  "LDAP's SSHA": "{SSHA}QMbx759pbVB5cKEegK14QKshBuQAAQIDBAUGBw==",
  "LDAP's SSHA256": "{SSHA256}8pwpeDgV0Uxf0tntHL7URaUVNxdVoESpday5SAattUsAAQIDBAUGBw==",
  "LDAP's SSHA512":
    "{SSHA512}eErpTVLBEhgd16JDqzmxB8jO9RVSZnQPrAKNtoUj04/LlucLuLSAo39AcN//yaOEB9ucIpLNz2WwrnSxM+HfZwABAgMEBQYH",
  "SHA-256, the salt first":
    "$salted-sha256$salt=prefix$AAECAwQFBgcICQoLDA0ODw$bJlRf9X4k3mNRx6TbrEONJgsrJJwRPNS2e81UT+fl1I",
  "SHA-256, the salt last":
    "$salted-sha256$salt=suffix$AAECAwQFBgcICQoLDA0ODw$6viQvuzIjKQcJHvQ+k/VtRZ+EXaQgSwB7wlBsrWzf28",
  "SHA-512, the salt first":
    "$salted-sha512$salt=prefix$AAECAwQFBgcICQoLDA0ODw$dWxRZ6Af1GnMPMp+gTdc8qpcvvqOqVoExhyOdeQyQCKSiYEyIT3SPz9irm5wfG72Twc1ADsf163BWOIbV5rM/w",
  "SHA-512, the salt last":
    "$salted-sha512$salt=suffix$AAECAwQFBgcICQoLDA0ODw$g7Yd+OREVfgnmCcpiZlirKo47pyQrS29UQjdIwtsenOzY6WMTEsb5GmZuOq2pztGL2X1/7BNSG1KurxqfHXNag",
};

/** The example of github.com/firebase/scrypt. */
export const FIREBASE_EXAMPLE = {
  password: "user1password" as Password,
  signerKey:
    "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==",
  saltSeparator: "Bw==",
  salt: "42xEC+ixf3L2lw==",
  hash: "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==",
};

export const FIREBASE_HASH = `$fbscrypt$v=1,n=14,r=8,p=1,ss=${FIREBASE_EXAMPLE.saltSeparator},sk=${FIREBASE_EXAMPLE.signerKey}$${FIREBASE_EXAMPLE.salt}$${FIREBASE_EXAMPLE.hash}`;

/** Above a ceiling: to compute one would stall the isolate, or end it. */
export const TOO_COSTLY_HASHES: Readonly<Record<string, string>> = {
  bcrypt: "$2b$15$abcdefghijklmnopqrstuuLJhBoDa0d.hoJDSwfLji2nzZwagh83O",
  "argon2's memory":
    "$argon2id$v=19$m=65537,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$L1ysmCLG/ZmMcWii6hrivXIBzHDl7SSZDYNtnHYNfqg",
  "argon2's passes":
    "$argon2id$v=19$m=65536,t=5,p=1$AAECAwQFBgcICQoLDA0ODw$L1ysmCLG/ZmMcWii6hrivXIBzHDl7SSZDYNtnHYNfqg",
  "argon2's lanes":
    "$argon2id$v=19$m=256,t=3,p=17$AAECAwQFBgcICQoLDA0ODw$L1ysmCLG/ZmMcWii6hrivXIBzHDl7SSZDYNtnHYNfqg",
  "PBKDF2 with SHA-1": "$pbkdf2$800001$..................../w$L2B4x3NTinyYQ4Bx6ESBRYQZAtQ",
  "PBKDF2 with SHA-256":
    "$pbkdf2-sha256$650001$..................../w$7zthUnATB6OVaZUsjwoiVYdDh6RwygWwKrvIWjyrsb0",
  "PBKDF2 with SHA-512":
    "$pbkdf2-sha512$400001$..................../w$aSdAsWFeW8QwDKLgToUFIWVw/B0GFIjAU3jLMldYWjjoDDtysVhBU3twQf/wUNgDtqc81yL7y7QNd03xOB.S0g",
  scrypt:
    "$scrypt$ln=17,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$ObagYFfardvWP9eiWkAdhhy7dkICybplDdpdIePYjcQ",
  "Firebase's scrypt": FIREBASE_HASH.replace("n=14", "n=17"),
};
