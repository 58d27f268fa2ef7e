import type { Phrases } from './Phrases.js';

/** French. */
export const french: Phrases = {
  greetings: ['Bonjour,', 'Madame, Monsieur,', 'Bonjour à toute l’équipe,'],
  thanks: ['Merci.', 'Merci d’avance.', 'Cordialement', 'Bien à vous'],
  late: [
    'toujours aucune nouvelle de ma commande {number}.',
    'j’ai attendu {number} tout le mardi. Personne n’est venu, personne n’a appelé.',
    'le suivi de {number} ({product}) n’a pas bougé depuis cinq jours.',
    'selon le transporteur, {number} a été livrée. Elle ne l’a pas été.',
  ],
  lateWish: [
    'Quand arrivera-t-elle ?',
    'C’est un cadeau, il me la faut pour vendredi.',
    'Ce n’est pas sérieux.',
    'Sans nouvelles cette semaine, je demanderai un remboursement.',
  ],
  lateAnswers: [
    'Je suis désolé. Le colis a été perdu au dépôt ; j’en ai envoyé un autre aujourd’hui en express.',
    'Vous avez raison d’être mécontent. Il est parti en retard ; il sera chez vous sous deux jours.',
    'Merci de votre patience. Je l’ai retrouvé ; le livreur vous appellera avant de passer.',
  ],
  defects: {
    Coffee: [
      'mon appareil ({product}, commande {number}) fuit après chaque tasse.',
      'l’eau de ma machine ({product}) ne chauffe plus.',
    ],
    Office: [
      'un pied est arrivé tordu ({product}, {number}), tout bouge.',
      'il manque une pièce dans {number} ({product}).',
    ],
    Mobility: [
      'le frein avant ({product}, {number}) frotte et grince.',
      'la batterie ({product}) est vide après dix kilomètres.',
    ],
    Service: ['personne n’est venu au rendez-vous pour {product} ({number}).'],
  },
  defectAnswers: [
    'C’est couvert par la garantie. Nous venons le chercher le jour qui vous convient.',
    'Je suis désolée. La pièce est commandée ; un technicien vous appellera.',
  ],
  askBack: ['Pourriez-vous m’envoyer une photo et le numéro de série ?', 'Est-ce que cela arrive à chaque fois ?'],
  askedBack: ['Voici deux photos. Le numéro finit par 4471.', 'À chaque fois, depuis une semaine.'],
  questions: {
    Coffee: [
      {
        subject: 'Which beans for a fully automatic machine',
        ask: 'quels grains pour une machine automatique ? Les derniers étaient trop gras.',
        answer: 'Prenez la torréfaction moyenne : moins d’huile, et le moulin reste propre.',
      },
    ],
    Office: [
      {
        subject: 'Height of the desk',
        ask: 'jusqu’à quelle hauteur descend le bureau ? Ma fille mesure 1,45 m.',
        answer: 'Jusqu’à 62 cm, ce qui convient dès 1,40 m environ.',
      },
    ],
    Mobility: [
      {
        subject: 'Range in winter',
        ask: 'quelle est l’autonomie du vélo électrique en hiver ? Je fais 18 km.',
        answer: 'Comptez 35 km à zéro degré, donc l’aller et le retour, de justesse.',
      },
    ],
    Service: [
      {
        subject: 'What maintenance includes',
        ask: 'que comprend l’entretien annuel, et venez-vous chez nous ?',
        answer: 'Nettoyage, joints et essai en charge. Nous venons à partir de deux machines.',
      },
    ],
  },
  followUps: [
    {
      subject: 'Copy of an invoice',
      ask: 'pourriez-vous me renvoyer la facture de {number} ? C’est pour ma comptabilité.',
      answer: 'Avec plaisir, elle est jointe. Toutes vos factures sont aussi dans votre compte.',
    },
    {
      subject: 'Change of the delivery address',
      ask: 'je serai au travail quand {number} arrivera. Peut-on livrer au point relais ?',
      answer: 'C’est fait : le transporteur l’y déposera et vous enverra un message.',
    },
  ],
  relieved: ['C’est arrivé aujourd’hui, merci de vous en être occupé.', 'Très rapide, tout va bien maintenant.'],
  stillAngry: ['C’est enfin là. Il ne fallait pas me faire relancer trois fois.'],
  praise: [
    'Très satisfaite, livraison rapide.',
    'Conforme à la description, et arrivé en avance.',
    'Une équipe aimable au téléphone.',
    'Rien à redire depuis des années.',
  ],
  praiseOf: {
    Coffee: ['Enfin un espresso comme en vacances.'],
    Office: ['Mon dos vous remercie.'],
    Mobility: ['Depuis qu’il est là, la voiture reste au garage.'],
    Service: ['À l’heure, compétent et soigneux.'],
  },
  lukewarm: ['Correct, sans plus.', 'Bon produit, site un peu confus.'],
  bitter: [
    'En retard, et j’ai dû relancer trois fois.',
    'Le produit va bien, la livraison non.',
    'Personne ne m’a rien dit avant ma réclamation.',
  ],
  easy: ['Un message, et c’était réglé.'],
  hard: ['J’ai raconté la même histoire à trois personnes.'],
  reviewTitles: { good: ['Je recommande', 'Parfait'], bad: ['Déçu', 'Plus jamais'] },
  comparisons: ['Ils livrent le samedi, vous non.', 'Moins cher, mais personne ne répond.'],
  referral: ['Nous en avons parlé au bureau.'],
  consent: 'Oui, envoyez-moi vos offres. Je peux refuser à tout moment. (version 3)',
};
