import type { Phrases } from './Phrases.js';

/** German. */
export const german: Phrases = {
  greetings: ['Guten Tag,', 'Hallo,', 'Liebes Team,', 'Grüß Gott,', 'Sehr geehrte Damen und Herren,'],
  thanks: ['Danke.', 'Vielen Dank im Voraus.', 'Mit freundlichen Grüßen', 'Bitte um Rückmeldung.', 'Beste Grüße'],
  late: [
    'meine Bestellung {number} ist seit einer Woche überfällig.',
    'ich habe den ganzen Dienstag auf {number} gewartet. Niemand kam, niemand rief an.',
    'die Sendungsverfolgung von {number} ({product}) steht seit fünf Tagen still.',
    'laut Paketdienst wurde {number} zugestellt. Hier ist nichts, auch nicht bei den Nachbarn.',
    'jetzt wurde der Liefertermin von {number} schon zum zweiten Mal verschoben.',
  ],
  lateWish: [
    'Wann kommt sie?',
    'Ich brauche sie bis Freitag, es ist ein Geschenk.',
    'Bitte klären Sie das und rufen Sie mich zurück.',
    'Wenn sie diese Woche nicht kommt, möchte ich mein Geld zurück.',
  ],
  lateAnswers: [
    'Das tut mir leid. Das Paket ist im Depot verloren gegangen; ich habe heute ein neues per Express geschickt.',
    'Sie ärgern sich zu Recht. Es hat unser Lager zu spät verlassen und ist in spätestens zwei Tagen bei Ihnen.',
    'Danke für Ihre Geduld. Ich habe es gefunden; der Fahrer ruft Sie an, bevor er kommt.',
    'Das hätte nicht passieren dürfen. Das Etikett war beschädigt; ein neues Paket ist unterwegs.',
  ],
  defects: {
    Coffee: [
      'meine {product} (Bestellung {number}) tropft nach jeder Tasse unten heraus.',
      'das Gerät ({product}) aus {number} macht ein Geräusch und bleibt dann stehen.',
    ],
    Office: [
      'bei der Lieferung {number} ({product}) ist ein Bein verbogen, es wackelt.',
      'in {number} fehlt ein Teil: ohne das lässt sich nichts aufbauen ({product}).',
    ],
    Mobility: [
      'die vordere Bremse ({product}, Bestellung {number}) schleift und quietscht.',
      'der Akku ({product}) ist nach zehn Kilometern leer, früher waren es fünfzig.',
    ],
    Service: ['zum vereinbarten Termin für {product} ({number}) ist niemand gekommen.'],
  },
  defectAnswers: [
    'Das ist ein Fall für die Garantie. Wir holen es an einem Tag ab, der Ihnen passt, und bringen es repariert zurück.',
    'Das tut mir leid. Das Ersatzteil ist bestellt; ein Techniker meldet sich bei Ihnen wegen eines Termins.',
    'Sie müssen nichts einschicken: heute geht ein neues Gerät an Sie hinaus.',
  ],
  askBack: [
    'Könnten Sie mir ein Foto schicken und die Seriennummer vom Aufkleber auf der Rückseite?',
    'Passiert das jedes Mal oder nur gleich nach dem Einschalten?',
  ],
  askedBack: [
    'Bitte sehr, zwei Fotos. Die Nummer endet auf 4471.',
    'Jedes Mal, seit ungefähr einer Woche.',
    'Donnerstag ginge gut, ab vier Uhr.',
  ],
  questions: {
    Coffee: [
      {
        subject: 'Which beans for a fully automatic machine',
        ask: 'welche Bohnen passen zu einem Vollautomaten? Die letzten waren zu ölig.',
        answer: 'Nehmen Sie die mittlere Röstung: weniger Öl, und das Mahlwerk bleibt sauber.',
      },
      {
        subject: 'How often to descale',
        ask: 'wie oft muss ich entkalken? Unser Wasser ist sehr hart.',
        answer: 'Bei hartem Wasser alle sechs Wochen. Das Reinigungsset reicht für ein Jahr.',
      },
    ],
    Office: [
      {
        subject: 'Height of the desk',
        ask: 'wie niedrig lässt sich der Schreibtisch einstellen? Meine Tochter ist 1,45 m groß.',
        answer: 'Bis auf 62 cm, das passt ab etwa 1,40 m.',
      },
      {
        subject: 'Headset with two devices',
        ask: 'kann ich das Headset gleichzeitig mit Telefon und Laptop verbinden?',
        answer: 'Ja, mit zwei Geräten; es schaltet beim Abheben von selbst um.',
      },
    ],
    Mobility: [
      {
        subject: 'Range in winter',
        ask: 'wie weit komme ich mit dem E-Bike im Winter? Mein Arbeitsweg hat 18 km.',
        answer: 'Rechnen Sie bei null Grad mit 35 km, also knapp hin und zurück ohne Laden.',
      },
    ],
    Service: [
      {
        subject: 'What maintenance includes',
        ask: 'was gehört alles zur jährlichen Wartung, und kommen Sie zu uns?',
        answer: 'Reinigung, Dichtungen und ein Test unter Last. Ab zwei Geräten kommen wir zu Ihnen.',
      },
    ],
  },
  followUps: [
    {
      subject: 'Copy of an invoice',
      ask: 'könnten Sie mir die Rechnung zu {number} noch einmal schicken? Ich brauche sie für die Steuer.',
      answer: 'Sehr gerne, sie hängt an. Alle Rechnungen finden Sie auch in Ihrem Konto.',
    },
    {
      subject: 'Change of the delivery address',
      ask: 'ich bin in der Arbeit, wenn {number} kommt. Geht es auch an die Abholstation?',
      answer: 'Erledigt: der Paketdienst hinterlegt es dort und schickt Ihnen eine Nachricht.',
    },
  ],
  relieved: [
    'Heute ist es gekommen, danke fürs Kümmern.',
    'Das ging ja schnell. Alles gut jetzt.',
    'Danke, das hat geholfen!',
  ],
  stillAngry: [
    'Jetzt ist es da. Dreimal nachfragen hätte nicht sein müssen.',
    'Gut. Aber weiterempfehlen werde ich Sie nicht.',
  ],
  praise: [
    'Alles bestens, gerne wieder.',
    'Einen Tag früher da als versprochen.',
    'Sehr freundlich am Telefon, ich fühlte mich gut aufgehoben.',
    'Endlich Verpackung ganz ohne Plastik. Bravo!',
    'Genau wie beschrieben, Aufbau kinderleicht.',
    'Am Samstag gefragt, am Samstag Antwort bekommen.',
  ],
  praiseOf: {
    Coffee: ['Der erste Espresso daheim, der wie im Urlaub schmeckt.', 'Beim Öffnen duftet es wie in der Rösterei.'],
    Office: ['Mein Rücken sagt danke.', 'In zwanzig Minuten aufgebaut, allein.'],
    Mobility: ['Seit es da ist, bleibt das Auto stehen.', 'Fährt wie auf Schienen, sogar auf Kopfsteinpflaster.'],
    Service: ['Pünktlich, kundig und ohne Schmutz zu hinterlassen.'],
  },
  lukewarm: [
    'In Ordnung. Nichts Besonderes.',
    'Das Produkt ist gut, die Website weniger.',
    'Andere sind billiger, aber Sie sind näher.',
  ],
  bitter: [
    'Zu spät, und ich musste dreimal nachfragen.',
    'Das Produkt ist gut, die Lieferung war es nicht.',
    'Bis ich mich beschwert habe, hat mir niemand etwas gesagt.',
    'Alle waren höflich, zuständig war keiner.',
  ],
  easy: ['Eine Mail, und es war erledigt.', 'Schnell, und jemand mit Namen.'],
  hard: ['Dreimal dieselbe Geschichte erzählt.', 'Zwanzig Minuten Musik, bis jemand abhob.'],
  reviewTitles: {
    good: ['Empfehlenswert', 'Gerne wieder', 'So soll es sein'],
    bad: ['Enttäuscht', 'Nie wieder', 'Gute Ware, schlechte Lieferung'],
  },
  comparisons: ['Dort wird auch am Samstag geliefert.', 'Billiger, aber ans Telefon geht dort niemand.'],
  referral: ['Im Büro kamen wir auf Kaffee zu sprechen.', 'Sie ist mit meinem Rad gefahren und wollte auch eines.'],
  consent: 'Ja, ich möchte Angebote erhalten. Ich kann jederzeit widersprechen. (Fassung 3)',
};
