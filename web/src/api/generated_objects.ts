// Made by tools/generate_api.mjs from docs/rpc-schema.json; do not edit.

export interface Account {
    account: string  // account id
    address: string  // what others add us by: a handle, or else the link
    device: string  // device id
    link: string  // `mayfly:` link
    name: string  // display name, or empty
    relays: string[]  // home relays, best first
}

export interface Contact {
    account: string  // account id
    conversation: string  // conversation id
    established: boolean  // both sides agreed
    handle: string  // `name@relay`, or empty
    name: string  // what they call themselves
}

export interface Conversation {
    burn_seconds: number  // likewise; 0: none
    burn_seconds_max: number  // likewise; 0: no limit
    closed: boolean  // we were removed: it takes nothing any more
    contact?: string  // account id of the other, if it is direct
    conversation: string  // conversation id
    expire_seconds: number  // what messages get unless they say otherwise
    expire_seconds_max: number  // the limit
    is_moderator: boolean  // we are
    joining: boolean  // we asked to be added and wait
    kind: string  // `direct`, `group` or `room`
    may_write: boolean  // we may
    member_count: number  // people, ourselves among them
    title: string  // the group's name; what the contact is called
    topic: string  // of a group, or empty
}

export interface Device {
    added_at: number  // ms since 1970
    id: string  // device id
    name: string  // given by a person here; or empty
    revoked: boolean  // shut out
    this: boolean  // this very one
}

export interface Failure {
    code: string  // the stable name of the error
    message: string  // a sentence
}

export interface Member {
    account: string  // account id
    device_count: number
    handle: string  // `name@relay`, or empty
    is_moderator: boolean
    is_self: boolean
    may_write: boolean
    name: string  // display name
}

export interface Message {
    burn_seconds: number  // from opening; 0: does not burn
    conversation: string  // conversation id
    expires_at: number  // ms since 1970; once opened: when it burns, if that is earlier
    handle: string  // the sender's, or empty
    id: string  // message id
    sender: string  // account id
    sent_at: number  // ms since 1970
    state: string  // `queued`, `sent` (ours), `received` or `opened` (theirs)
    text: string  // what it says
}

export interface Offer {
    conversation: string  // conversation id
    expires_at: number  // ms since 1970
    from: string  // account id
    from_name: string  // how we know them
    hub: string  // the relay that joining connects to
    is_room: boolean
    member_count: number  // people in it
    name: string  // the group's
    received_at: number  // ms since 1970
}

export interface Request {
    account: string  // account id
    conversation: string  // conversation id
    handle: string  // `name@relay`, or empty
    id: string  // what `contact.accept` takes
    name: string  // display name
    received_at: number  // ms since 1970
}

export interface Service {
    account: string  // account id; what the parameter `account` takes
    available: boolean  // false while another process has its turn on the home
    home: string  // where it lives; taken as well
}
