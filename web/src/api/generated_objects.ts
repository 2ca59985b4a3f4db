// Made by tools/generate_api.mjs from docs/rpc-schema.json; do not edit.

export interface Account {
    account: string  // account id
    address: string  // what others add us by: a handle, or else the link
    device: string  // device id
    link: string  // `mayfly:` link
    name: string  // display name, or empty
    relays: string[]  // home relays, best first
}

export interface Blocked {
    account: string  // account id
    handle: string  // `name@relay`, or empty
    name: string  // as they were called then
    since: number  // ms since 1970
}

export interface Card {
    link: string  // what `contact.add` takes
    name: string
}

export interface Contact {
    account: string  // account id
    alarm: string
    blocked: boolean  // nothing goes out and nothing comes in
    conversation: string  // conversation id
    established: boolean  // both sides agreed
    handle: string  // `name@relay`, or empty
    name: string  // what they call themselves
    verified: boolean  // a person compared the safety number
}

export interface Conversation {
    archived: boolean
    burn_seconds: number  // likewise; 0: none
    burn_seconds_max: number  // likewise; 0: no limit
    closed: boolean  // we were removed: it takes nothing any more
    contact?: string  // account id of the other, if it is direct
    conversation: string  // conversation id
    expire_seconds: number  // what messages get unless they say otherwise
    expire_seconds_max: number  // the limit
    has_avatar: boolean  // `group.avatar` gives it
    is_moderator: boolean  // we are
    join_wait: string
    joining: boolean  // we asked to be added and wait
    kind: string  // `direct`, `group` or `room`
    may_write: boolean  // we may
    member_count: number  // people, ourselves among them
    moderators_write_only: boolean  // others only read
    muted_until: number  // ms since 1970; on this device, as are the next two
    pinned: boolean
    receipts: boolean  // messages tell their sender when they came and were read
    title: string  // the group's name; what the contact is called
    topic: string  // of a group, or empty
    typing: boolean  // it shows who is typing
    waiting_devices: number  // devices that this one is to let in
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

export interface Location {
    accuracy_m: number  // 0: not said
    label: string  // or empty
    latitude: string  // degrees, a decimal number; south is negative
    longitude: string  // degrees, a decimal number; west is negative
}

export interface Member {
    account: string  // account id
    device_count: number
    handle: string  // `name@relay`, or empty
    is_moderator: boolean
    is_reader: boolean  // reads only, as a moderator said
    is_self: boolean
    may_write: boolean
    name: string  // display name
}

export interface Mention {
    account: string  // account id
    length: number  // likewise
    start: number  // in bytes of UTF-8
}

export interface Message {
    burn_seconds: number  // from opening; 0: does not burn
    card?: Card
    content: string
    conversation: string  // conversation id
    duration_ms?: number  // 0 unless a voice memo
    edited?: boolean  // its sender changed it
    expires_at: number  // ms since 1970; once opened: when it burns, if that is earlier
    file_name?: string  // of a file or voice memo, as the sender says
    file_size?: number  // bytes
    file_type?: string  // media type, as the sender says
    handle: string  // the sender's, or empty
    id: string  // message id
    location?: Location
    mentions?: Mention[]
    poll?: Poll
    quote?: Quote  // how that begins
    reactions?: Reaction[]
    receipts?: Receipt[]
    reply_to?: string  // id of what it answers
    sender: string  // account id
    sent_at: number  // ms since 1970
    settings?: Settings
    state: string  // `queued`, `sent` (ours), `received` or `opened` (theirs)
    text: string  // what it says; empty unless it is a text
    thumbnail?: string  // JPEG in base64url, or empty
    verified: boolean  // the sender is
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

export interface Poll {
    closed: boolean
    closes_at: number  // ms since 1970; 0: when the message ends
    counts: number[]  // votes for each option
    multiple: boolean  // more than one may be chosen
    options: string[]
    own_choices: number[]  // from 1
    question: string
    voters: number  // how many voted
}

export interface Proven {
    account: string  // account id
    conversation: string  // conversation id
    device: string  // device id
    epoch: number  // of the conversation
    id: string  // message id
    is_text: boolean  // else of a kind that this version cannot show
    sent_at: number  // ms since 1970, as the device says
    text: string  // what it says
}

export interface PushRelay {
    connected: boolean  // else nothing is known of the rest
    key: string
    relay: string  // its address
    set: boolean  // it would wake this device
}

export interface Quote {
    alive: boolean  // false: it is gone, and the rest is not given
    content?: string  // as of a message
    sender?: string  // account id
    text?: string  // its beginning; of a poll the question, of a file the name
}

export interface Reaction {
    by: string[]  // account ids
    emoji: string
}

export interface Receipt {
    account: string  // account id
    delivered_at: number  // ms since 1970; 0: not yet
    read_at: number  // likewise
}

export interface Request {
    account: string  // account id
    conversation: string  // conversation id
    handle: string  // `name@relay`, or empty
    handle_is_anothers: boolean  // a contact of ours has it: this is somebody else
    id: string  // what `contact.accept` takes
    name: string  // display name
    received_at: number  // ms since 1970
}

export interface SafetyNumber {
    account: string  // account id
    alarm: string  // likewise
    code: string  // the content of its QR code
    digits: string  // 60, in groups of five
    verified: boolean  // as in `contact`
}

export interface Service {
    account: string  // account id; what the parameter `account` takes
    available: boolean  // false while another process has its turn on the home
    home: string  // where it lives; taken as well
}

export interface Settings {
    burn_seconds: number  // likewise; 0: they do not burn
    expire_seconds: number  // what messages get unless they say otherwise
    receipts: boolean  // messages tell their sender when they came and were read
    typing: boolean  // it shows who is typing
}
