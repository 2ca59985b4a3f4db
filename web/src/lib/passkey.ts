// Unlocking with a passkey: its PRF (WebAuthn Level 3 section 10.1.4) gives the same 32 bytes each
// time, to this origin only; they are the passphrase. Nothing of it leaves the device.
import { prefs } from '../state/prefs.svelte'

export type Protection = 'none' | 'passphrase' | 'passkey'

const salt = new TextEncoder().encode('mayfly store 1')

function base64(bytes: ArrayBuffer): string {
    return btoa(String.fromCharCode(...new Uint8Array(bytes)))
}

function from_base64(text: string): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
}

export async function passkeys_work(): Promise<boolean> {
    if (!window.PublicKeyCredential || /^[\d.]+$|^\[/.test(location.hostname)) return false
    return await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable()
}

function fresh(): Uint8Array<ArrayBuffer> {
    return crypto.getRandomValues(new Uint8Array(32))
}

// A new passkey, and the passphrase that it stands for.
export async function passkey_made(): Promise<string> {
    const made = (await navigator.credentials.create({
        publicKey: {
            challenge: fresh(),
            rp: { name: 'Mayfly' },
            user: { id: fresh(), name: 'Mayfly', displayName: 'Mayfly' },
            pubKeyCredParams: [
                { type: 'public-key', alg: -8 },
                { type: 'public-key', alg: -7 },
                { type: 'public-key', alg: -257 }
            ],
            authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
            extensions: { prf: {} }
        }
    })) as PublicKeyCredential | null
    if (!made?.getClientExtensionResults().prf?.enabled) throw { code: 'passkey_failed' }
    prefs.set('passkey', base64(made.rawId))
    return await passkey_used()
}

export async function passkey_used(): Promise<string> {
    const used = (await navigator.credentials.get({
        publicKey: {
            challenge: fresh(),
            allowCredentials: [{ type: 'public-key', id: from_base64(prefs.get('passkey')) }],
            userVerification: 'required',
            extensions: { prf: { eval: { first: salt } } }
        }
    })) as PublicKeyCredential | null
    const secret = used?.getClientExtensionResults().prf?.results?.first
    if (!secret) throw { code: 'passkey_failed' }
    return base64(secret as ArrayBuffer)
}

// The passphrase for a new account here, as was chosen; and the choice is kept.
export async function passphrase_for(
    protection: Protection,
    typed: string
): Promise<string | null> {
    if (protection === 'none') return null
    return protection === 'passkey' ? await passkey_made() : typed
}
