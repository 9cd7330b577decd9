// Package remote is how the processes that share a store speak: frames over a unix socket, from the clients to the process that owns
// the directory and back.
//
// Its invariant: bytes of a peer are input; whatever they are, a parser returns an error or the message they encode, and allocates no
// more than they justify.
//
// A connection begins with a Hello and its Answer, whose layouts never change, so that two versions can tell each other so. After that
// every frame is a length and a message: a Request from the client, and its Reply. One request is under way at a time; while the owner
// works on it, it sends Replies with the status Busy, so that silence means that it is stopped. A request that the owner did not begin
// is answered by Goodbye when it leaves. Requests of kind Release have no reply. What the fields mean is the store's affair.
package remote
