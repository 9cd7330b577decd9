/*
 * The commit pipeline of package store: reserve, copy, publish, apply, flush, acknowledge, and what a crash at any step leaves for the
 * recovery to find. README.md says what is left out, and why nothing is lost by that.
 *
 * Two committers, a helper, a flusher with two frames on their way and a disk work until they close the store or crash, LIVES times over.
 * Each time the store is opened again and held against what it had promised. -DLIVENESS: nothing crashes, and everybody must come to an
 * end. -DCHECKPOINT: the index is saved meanwhile. The other names that are asked for by #ifdef are the planted bugs of spec_test.go.
 */
#ifndef LIVES
#define LIVES 3
#endif
#ifndef FINE
#define FINE 1 /* so many lives are gone through in every detail; in those behind, a commit is one step up to its flush */
#endif
/* Places in the log, each a page with one transaction in it. */
#if LIVES == 3
#define N 5
#else
#define N (2 * LIVES)
#endif

/* The outcome of a transaction. The first one decided is final. */
#define UNDECIDED 0
#define COMMITTED 1
#define CONFLICTED 2
#define DAMAGED 3

/* What the process has in memory. A state of the index is the set of the transactions in it. */
byte tail;         /* first place not reserved */
byte image[N];     /* the log's bytes: which transaction, 0 if they are not copied yet */
bool shown[N];     /* published */
byte base[N];      /* the state that the transaction read */
byte outcome[N];
byte headPos;      /* all places below are applied */
byte headSet;      /* the state there */
byte start;        /* of the open frame */
byte durable;      /* all places below are on the disk */
byte epoch;
byte lives = 1;
byte origin;       /* where the log was resumed */
byte faults;       /* reads of the index that may still fail */
byte finished;     /* committers that are done */

/* The frames on their way to the disk, in the order of the log; to is 0 if there is none. */
/* The transactions of the first committer are the same bytes in every life, those of the second are not. */
#define content(i) (i == 0 -> 1 : 1 + lives)
typedef Flight { byte from; byte to; bool done }
Flight flight[2];

/*
 * The disk. A page has a sector with the frame's header, if one begins there, and a sector with the record. H and R are what is read, dH
 * and dR what a power cut leaves for sure; where they differ, either may remain, or noise.
 */
#define ABORTED 8 /* in a record: it lost, and changes nothing */
int H[N], dH[N];
byte R[N], dR[N];
#define header(e, n, d, sum) (1 << 15 | (e) << 13 | (n) << 11 | (d) << 8 | (sum))
#define hEpoch(h) ((h) >> 13 & 3)
#define hPages(h) ((h) >> 11 & 3)
#define hDurable(h) ((h) >> 8 & 7)
#define hSum(h) ((h) & 255)
#define sumOf(p, n) (R[p] | ((n) == 2 -> R[(p)+1] << 4 : 0))

/* The manifest; its two copies make a change of it atomic. */
byte mEpoch, mDurable;
byte mReplay, mAt, mSet, mFrom; /* the saved index: where replay begins, what is in it, and the least epoch behind it */
bool mClosed;
#ifdef LATE_EPOCH
bool unsaved;
#endif

/* What the store promised, known to the checks alone. */
byte acked;        /* all places below are acknowledged */
byte promised[N];  /* what a place holds in the history that the last recovery went on from, 0 if no frame may have it */

#ifdef CHECKPOINT
#define PROCESSES 6
#else
#define PROCESSES 5
#endif
#ifdef LIVENESS
#define ALONE 2 /* init, and the claim */
ltl ends { <> (lives > LIVES) }
#else
#define ALONE 1
#endif
byte dying;        /* who is to end next, after a crash */
byte i_, n_, least_, last_, set_, pos_;

/*
 * fold applies what is published behind head to a copy, and puts that in head's place unless another was first. Between judging a
 * transaction and deciding that it has committed lies its edit of the index, which may find a place that cannot be read.
 */
inline fold() {
	atomic { seen = headPos; pos = headPos; set = headSet }
	do
	:: atomic { !editing && pos < tail && shown[pos] ->
		if
#ifndef NO_CONFLICT
		:: outcome[pos] == UNDECIDED && base[pos] != set -> outcome[pos] = CONFLICTED
#endif
		:: else
		fi;
		if
		:: outcome[pos] > COMMITTED -> pos++
		:: else -> editing = true
		fi }
	:: atomic { editing ->
		decide(COMMITTED);
		if
#ifndef BLIND_FOLD
		:: outcome[pos] != COMMITTED -> pos = seen; editing = false; break /* another has aborted it since: begin anew */
#endif
		:: else -> set = set | 1 << pos; pos++; editing = false
		fi }
	:: atomic { editing && faults > 0 -> faults--; decide(DAMAGED); pos = seen; editing = false; break }
	:: !editing && !(pos < tail && shown[pos]) -> break
	od;
	atomic {
		if
#ifdef LAST_WINS
		:: pos > seen -> headPos = pos; headSet = set
#else
		:: pos > seen && headPos == seen -> headPos = pos; headSet = set
#endif
		:: else
		fi;
		seen = 0; pos = 0; set = 0
	}
}

/* decide settles an outcome, unless it is settled. */
inline decide(o) {
	if
#ifdef REDECIDE
	:: true -> outcome[pos] = o
#else
	:: outcome[pos] == UNDECIDED -> outcome[pos] = o
#endif
	:: else
	fi
}

inline reserve() { place = tail; tail++; base[place] = read; read = 0 }

/* A committer runs one transaction, which reads the whole state and writes. */
proctype Committer(byte i) provided (dying == 0 || dying == _pid) {
	byte place, seen, pos, set, read;
	bool editing;
	{
		atomic {
			if
			:: lives == 3 && i == 1 -> goto rest /* a third life has one committer */
			:: else
			fi;
			read = headSet
		}
		if
		:: lives > FINE -> atomic { /* all in one step, but for the disk */
			reserve();
			image[place] = content(i);
			shown[place] = true;
			outcome[place] = (base[place] == headSet -> COMMITTED : CONFLICTED);
			headSet = headSet | (outcome[place] == COMMITTED) << place;
			headPos++ }
		:: lives <= FINE ->
			atomic { reserve() }
#ifdef PUBLISH_FIRST
			shown[place] = true;
			image[place] = content(i);
#else
			image[place] = content(i);
			shown[place] = true;
#endif
			do
			:: headPos > place -> break
			:: headPos <= place && shown[headPos] -> fold()
			:: headPos <= place -> durable > place; break /* leaves it to the others: its frame is not closed before */
			od
		fi;
		if
		:: outcome[place] > COMMITTED
		:: else ->
#ifndef ACK_EARLY
			durable > place;
#endif
			acked = (acked > place + 1 -> acked : place + 1)
		fi;
rest:	atomic { finished++; place = 0 }
end:	false
	} unless { atomic { dying == _pid; dying-- } }
}

proctype Helper() provided (dying == 0 || dying == _pid) {
	byte seen, pos, set;
	bool editing;
	{
end:	do
		:: lives <= FINE && headPos < tail && shown[headPos] -> fold()
		od
	} unless { atomic { dying == _pid; dying-- } }
}

proctype Flusher() provided (dying == 0 || dying == _pid) {
	byte to, p, sum;
	{
end:	do
		:: atomic { tail > start && flight[1].to == 0 -> to = tail }
#ifndef FLUSH_EARLY
		headPos >= to;
#endif
		d_step {
			/* close the frame: what has not committed is marked so, and the header bound to the bytes */
			p = start;
			do
			:: p < to ->
				R[p] = image[p] | (outcome[p] == COMMITTED -> 0 : ABORTED);
				p++
			:: else -> break
			od;
#ifdef DURABLE_AHEAD
			H[start] = header(epoch, to - start, to, sumOf(start, to - start));
#else
			H[start] = header(epoch, to - start, durable, sumOf(start, to - start));
#endif
			if
			:: flight[0].to == 0 -> flight[0].from = start; flight[0].to = to
			:: else -> flight[1].from = start; flight[1].to = to
			fi;
			start = to; to = 0; p = 0
		}
		od
	} unless { atomic { dying == _pid; dying-- } }
}

inline settle(first, end_) {
	p = first;
	do
	:: p < end_ -> dH[p] = H[p]; dR[p] = R[p]; p++
	:: else -> p = 0; break
	od
}

inline advance() {
	do
#ifdef GAP
	:: flight[1].done -> durable = flight[1].to; flight[1].to = 0; flight[1].from = 0; flight[1].done = false
#endif
	:: flight[0].done ->
		durable = (durable > flight[0].to -> durable : flight[0].to);
		flight[0].from = flight[1].from; flight[0].to = flight[1].to; flight[0].done = flight[1].done;
		flight[1].from = 0; flight[1].to = 0; flight[1].done = false
	:: else -> break
	od
}

proctype Disk() provided (dying == 0 || dying == _pid) {
	byte p;
	{
end:	do
		:: d_step { flight[0].to > 0 && !flight[0].done -> settle(flight[0].from, flight[0].to); flight[0].done = true; advance(); p = 0 }
		:: d_step { flight[1].to > 0 && !flight[1].done -> settle(flight[1].from, flight[1].to); flight[1].done = true; advance(); p = 0 }
		od
	} unless { atomic { dying == _pid; dying-- } }
}

#ifdef CHECKPOINT
/* Saver saves the index once, behind everybody's back. */
proctype Saver() provided (dying == 0 || dying == _pid) {
	byte replay, at, set, p;
	{
#ifdef REPLAY_HEAD
		atomic { replay = headPos; set = headSet }
#else
		replay = start; /* all below is applied */
		set = headSet;
#endif
		d_step {
			do
			:: set >> at != 0 -> at++ /* the end of the last transaction in it */
			:: else -> break
			od;
			p = 0
		}
#ifndef SAVE_EARLY
		durable >= at && durable >= replay;
#endif
		d_step {
			mReplay = replay; mAt = at; mSet = set; mFrom = epoch;
			mDurable = (mDurable > replay -> mDurable : replay);
			replay = 0; at = 0; set = 0
		}
end:	false
	} unless { atomic { dying == _pid; dying-- } }
}
#endif

/* judge notes what was promised, checks what was shown, and forgets what the process had in memory. */
inline judge() {
	d_step {
		assert(acked <= headPos); /* what is acknowledged is seen by every later read */
		i_ = origin; set_ = 0;
		last_ = 0;
		do
		:: last_ < origin -> set_ = set_ | ((promised[last_] & ABORTED) == 0) << last_; last_++
		:: else -> break
		od;
		do
		:: i_ < N ->
			if
			:: i_ == headPos -> assert(headSet == set_) /* what readers see is what has committed */
			:: else
			fi;
			promised[i_] = (shown[i_] && image[i_] && outcome[i_] != UNDECIDED -> image[i_] | (outcome[i_] == COMMITTED -> 0 : ABORTED) : 0);
			if
			:: outcome[i_] == COMMITTED -> assert(base[i_] == set_); set_ = set_ | 1 << i_ /* serializable, in the order of the log */
			:: else
			fi;
			i_++
		:: else -> break
		od;
		if
		:: headPos == N -> assert(headSet == set_)
		:: else
		fi;
		i_ = 0;
		do
		:: i_ < N -> image[i_] = 0; shown[i_] = false; base[i_] = 0; outcome[i_] = 0; i_++
		:: else -> break
		od;
		tail = 0; headPos = 0; headSet = 0; start = 0; durable = 0; epoch = 0; finished = 0; faults = 0; origin = 0;
		i_ = 0; set_ = 0; last_ = 0
	}
}

/* kill ends the process: of a write on its way any sector has been issued or not. What was issued is read from now on. */
inline kill() {
	i_ = 0;
	do
	:: i_ < N ->
		if
		:: (flight[0].from <= i_ && i_ < flight[0].to && !flight[0].done) || (flight[1].from <= i_ && i_ < flight[1].to && !flight[1].done) ->
			if
			:: H[i_] = dH[i_]
			:: skip
			fi;
			if
			:: R[i_] = dR[i_]
			:: skip
			fi
		:: else
		fi;
		i_++
	:: else -> break
	od;
	i_ = 0
}

/* cut ends the machine: any sector that is not durable is as it was, as it should have become, or noise. */
inline cut() {
	i_ = 0;
	do
	:: i_ < N ->
		if
		:: H[i_] == dH[i_]
		:: H[i_] != dH[i_] -> H[i_] = dH[i_]
		:: H[i_] != dH[i_] -> dH[i_] = H[i_]
		:: H[i_] != dH[i_] -> H[i_] = 0; dH[i_] = 0
		fi;
		if
		:: R[i_] == dR[i_]
		:: R[i_] != dR[i_] -> R[i_] = dR[i_]
		:: R[i_] != dR[i_] -> dR[i_] = R[i_]
		:: R[i_] != dR[i_] -> R[i_] = 0; dR[i_] = 0
		fi;
		i_++
	:: else -> break
	od;
	i_ = 0
}

inline crash() {
	if
	:: kill()
	:: cut()
	fi;
#ifdef LATE_EPOCH
	if
	:: unsaved -> mEpoch--
	:: skip
	fi;
	unsaved = false;
#endif
	d_step {
		flight[0].from = 0; flight[0].to = 0; flight[0].done = false;
		flight[1].from = 0; flight[1].to = 0; flight[1].done = false;
	}
}

/* recover finds the end of the log, as recover.go does, and holds what is there against what was promised. */
inline recover() {
	d_step {
		pos_ = mReplay; last_ = mFrom; set_ = mSet;
		do
		:: pos_ == N || mClosed && pos_ == mDurable -> break
		:: else ->
#ifdef NO_LEAST
			least_ = last_;
#else
			least_ = (pos_ >= mDurable && mEpoch > last_ -> mEpoch : last_);
#endif
			n_ = hPages(H[pos_]);
			if
			:: H[pos_] != 0 && pos_ + n_ <= N &&
#ifndef TORN_TAKEN
				hSum(H[pos_]) == sumOf(pos_, n_) &&
#endif
#ifndef ANY_EPOCH
				hEpoch(H[pos_]) >= least_ &&
#endif
				true ->
				last_ = hEpoch(H[pos_]);
				assert(last_ <= mEpoch);
				do
				:: n_ > 0 ->
					assert(R[pos_] == promised[pos_]); /* what a recovery cut off never comes back, and no outcome changes */
#ifndef IGNORE_ABORTED
					if
					:: R[pos_] & ABORTED
					:: else ->
						if
						:: pos_ >= mAt -> set_ = set_ | 1 << pos_
						:: else
						fi
					fi;
#else
					set_ = set_ | 1 << pos_;
#endif
					pos_++; n_--
				:: else -> break
				od
#ifdef SKIP_HOLE
			:: else -> pos_++; least_ = pos_;
				do
				:: least_ < N && H[least_] == 0 -> least_++
				:: else -> break
				od;
				if
				:: least_ == N -> pos_--; break
				:: else -> pos_ = least_
				fi
#else
			:: else -> break
#endif
			fi
		od;
		/* nothing may say that acknowledged data is lost */
		assert(mDurable <= pos_);
		i_ = pos_;
		do
		:: i_ < N -> assert(H[i_] == 0 || hDurable(H[i_]) <= pos_); i_++
		:: else -> break
		od;
		assert(acked <= pos_);
		/* the state is that of the transactions that committed below */
		i_ = 0;
		do
		:: i_ < pos_ -> assert((set_ >> i_ & 1) == ((promised[i_] & ABORTED) == 0)); i_++
		:: else -> break
		od;
		do
		:: i_ < N -> promised[i_] = 0; i_++
		:: else -> break
		od;
		tail = pos_; headPos = pos_; headSet = set_; start = pos_; durable = pos_; origin = pos_;
		i_ = 0; n_ = 0; least_ = 0; last_ = 0; set_ = 0; pos_ = 0
	}
}

init {
	byte p;
life:
	recover();
	if
	:: lives > LIVES -> goto stop
	:: else
	fi;
#ifndef LIVENESS
	if
	:: goto ends /* before anything is written */
	:: skip
	fi;
#endif
#ifndef NO_SYNC
	d_step { settle(0, N); p = 0 } /* what was found may not be durable */
#endif
#ifndef LIVENESS
	if
	:: goto ends
	:: skip
	fi;
#endif
	d_step {
#ifdef LATE_EPOCH
		unsaved = true;
#endif
#ifndef NO_EPOCH
		mEpoch++;
#endif
#ifndef CLOSED_STAYS
		mClosed = false;
#endif
#ifndef RESUME_UNMARKED
		mDurable = start;
#endif
		epoch = mEpoch;
		faults = 1
	};
	atomic {
		run Disk(); run Flusher();
#ifdef CHECKPOINT
		run Saver();
#endif
		run Helper(); run Committer(0); run Committer(1)
	}
	if
#ifndef LIVENESS
	:: atomic { true -> judge(); dying = PROCESSES }
#endif
	:: atomic {
#ifdef CLOSE_EARLY
		finished == 2 && start == tail ->
#else
		finished == 2 && durable == tail && flight[0].to == 0 && start == tail ->
#endif
		mClosed = true; mDurable = start; judge(); dying = PROCESSES }
	fi;
	_nr_pr == ALONE;
	atomic { crash(); lives++ };
	goto life;
ends:
	atomic { judge(); crash(); lives++ };
	goto life;
stop:
	skip
}
