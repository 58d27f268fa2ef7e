import type { Phrases } from './Phrases.js';

/** English. */
export const english: Phrases = {
  greetings: ['Hello,', 'Good morning,', 'Dear team,', 'Hi there,', 'Hello again,'],
  thanks: ['Thanks.', 'Thank you in advance.', 'Kind regards', 'Please let me know.', 'Best wishes'],
  late: [
    'my order {number} was promised for last week and still has not arrived.',
    'I waited at home the whole of Tuesday for {number}. Nobody came, nobody called.',
    'the tracking of {number} ({product}) has not moved for five days.',
    'where is my {product}? Order {number} should have been here days ago.',
    'the carrier says {number} was delivered. It was not, and my neighbours do not have it either.',
    'this is the second time you moved the delivery date of {number}.',
  ],
  lateWish: [
    'When will it be here?',
    'I need it by Friday, it is a present.',
    'Please find out what went wrong and call me.',
    'If it is not here this week I would like my money back.',
    'I took a day off for this.',
  ],
  lateAnswers: [
    'I am sorry about that. The carrier lost the parcel in the depot; I have sent a new one by express today.',
    'You are right to be annoyed. It left our warehouse late; it will be with you within two days.',
    'Thank you for your patience. I have found it and asked the carrier to call you before they come.',
    'I am sorry you waited for nothing. I have put it on the express van and will watch it myself until it is with you.',
    'That should not have happened. The address label was damaged; a new parcel is on its way.',
  ],
  defects: {
    Coffee: [
      'my {product} (order {number}) leaks at the bottom after every cup.',
      'the {product} makes a grinding noise and then stops. It is from order {number}.',
      'the water of my {product} does not get hot any more.',
    ],
    Office: [
      'one leg of the {product} from {number} came bent, it wobbles.',
      'the {product} from order {number} sinks slowly while I use it.',
      'a part is missing from {number}: without it I cannot put up the {product}.',
    ],
    Mobility: [
      'the front brake of the {product} (order {number}) rubs and squeaks.',
      'the battery of my {product} is empty after ten kilometres, it used to last for fifty.',
      'the chain of the {product} from {number} jumps in the two smallest gears.',
    ],
    Service: ['nobody came to the appointment for the {product} ({number}).'],
  },
  defectAnswers: [
    'That is covered by the warranty. We will pick it up on a day that suits you and bring it back repaired.',
    'I am sorry. I have ordered the part; a technician will call you to arrange a visit.',
    'You need not send it in: I am sending you a new one today, keep the old one for the van that brings it.',
  ],
  askBack: [
    'Could you send me a photo, and the serial number from the sticker on the back?',
    'Does it happen every time, or only when it has just been switched on?',
    'Which day next week would suit you, and until when may we call in the evening?',
  ],
  askedBack: [
    'Here you are, two photos. The number ends in 4471.',
    'Every single time, since about a week.',
    'Thursday would be good, any time after four.',
  ],
  questions: {
    Coffee: [
      {
        subject: 'Which beans for a fully automatic machine',
        ask: 'which of your beans go with a fully automatic machine? The last ones were too oily.',
        answer: 'Take the medium roast: it is less oily, and the grinder stays clean.',
      },
      {
        subject: 'How often to descale',
        ask: 'how often do I have to descale the machine? Our water is very hard.',
        answer: 'Every six weeks with hard water. The cleaning set has enough for a year.',
      },
    ],
    Office: [
      {
        subject: 'Height of the desk',
        ask: 'does the desk go low enough for my daughter, who is 1.45 m tall?',
        answer: 'It goes down to 62 cm, which fits from about 1.40 m.',
      },
      {
        subject: 'Headset with two devices',
        ask: 'can the headset be connected to my telephone and my laptop at once?',
        answer: 'Yes, to two devices at once; it changes over by itself when you take a call.',
      },
    ],
    Mobility: [
      {
        subject: 'Range in winter',
        ask: 'how far does the electric bicycle go in winter? My way to work is 18 km.',
        answer: 'Count on 35 km at freezing point, so there and back without charging, just.',
      },
      {
        subject: 'Frame size',
        ask: 'I am between two frame sizes (1.78 m). Which one would you take?',
        answer: 'The smaller one for town, the larger one for tours. Come and ride both, if you can.',
      },
    ],
    Service: [
      {
        subject: 'What maintenance includes',
        ask: 'what does the yearly maintenance include, and do you come to us?',
        answer: 'Cleaning, seals and a test under load. We come to you from two machines on.',
      },
    ],
  },
  followUps: [
    {
      subject: 'Copy of an invoice',
      ask: 'could you send me the invoice of {number} once more? I need it for my taxes.',
      answer: 'With pleasure, it is attached. You also find all your invoices in your account.',
    },
    {
      subject: 'Change of the delivery address',
      ask: 'I shall be at work when {number} comes. Can it go to the shop at the corner instead?',
      answer: 'Done: the carrier leaves it at the pick-up point and sends you a message.',
    },
    {
      subject: 'When will it come',
      ask: 'has {number} left yet? I would like to plan my week.',
      answer: 'It leaves tomorrow and will be with you on the day after; you will get a link for tracking.',
    },
  ],
  relieved: [
    'It came today, thank you for taking care of it.',
    'Wow, that was quick. All good now.',
    'Thank you, you saved my weekend.',
    'That helped, thanks a lot!',
  ],
  stillAngry: [
    'It is here now. I should not have had to ask three times.',
    'Fine. But do not expect me to recommend you.',
    'It works again. I still do not understand why it took so long.',
  ],
  praise: [
    'Arrived a day early and works like a charm.',
    'Never a problem with you in all these years.',
    'Friendly people on the phone, I felt in good hands.',
    'Good value, and the packaging is all paper now. Well done!',
    'Exactly as described, and the manual is one page.',
    'I had a question on a Saturday and got an answer on that Saturday.',
    'My sister has ordered one too.',
  ],
  praiseOf: {
    Coffee: [
      'The first machine that makes espresso as in our holidays.',
      'Smells of a real roastery when I open the bag.',
    ],
    Office: ['My back says thank you.', 'Put up in twenty minutes, alone, with one tool.'],
    Mobility: ['I have left the car at home since the day it came.', 'Rides like on rails, even on cobbles.'],
    Service: ['He came on time, knew what he did and left no dirt.'],
  },
  lukewarm: [
    'All right. Nothing special.',
    'The product is good, the website less so.',
    'Delivery could have told me the hour.',
    'Others are cheaper, but you are nearer.',
  ],
  bitter: [
    'Late, and I had to ask three times.',
    'The product is fine, the delivery was not.',
    'Nobody told me anything until I complained.',
    'I am looking elsewhere next time.',
    'Everyone was polite and nobody was responsible.',
  ],
  easy: ['One email and it was done.', 'Quick, and somebody with a name.', 'I did not have to repeat anything.'],
  hard: ['I told the same story to three people.', 'Twenty minutes of music before anybody answered.'],
  reviewTitles: {
    good: ['Recommended', 'Would buy again', 'As it should be', 'Happy with it'],
    bad: ['Disappointed', 'Look elsewhere', 'Not again', 'Good goods, bad delivery'],
  },
  comparisons: ['They deliver on Saturdays, you do not.', 'Cheaper, but nobody answers the phone there.'],
  referral: ['We talked about coffee at work.', 'They tried my bicycle.', 'A neighbour who needed a desk quickly.'],
  consent: 'Yes, send me offers. I can say no at any time. (version 3)',
};
