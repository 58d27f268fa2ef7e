import {
  IconBuildingStore,
  IconDeviceMobile,
  IconDeviceMobileMessage,
  IconLetterCase,
  IconMail,
  IconMailbox,
  IconMessageCircle,
  IconPhone,
  IconShare,
  IconStar,
  IconTicket,
  IconWorld,
} from '@tabler/icons-react';
import { wordsOf } from '../format/wordsOf.ts';
import type { Channel, Department } from '../graph/operations.ts';
import classes from './ChannelMark.module.css';

const ICONS: Readonly<Record<Channel, typeof IconPhone>> = {
  PHONE: IconPhone,
  EMAIL: IconMail,
  CHAT: IconMessageCircle,
  SMS: IconDeviceMobileMessage,
  SOCIAL: IconShare,
  WEB: IconWorld,
  APP: IconDeviceMobile,
  FACE_TO_FACE: IconBuildingStore,
  LETTER: IconMailbox,
  EVENT: IconTicket,
  REVIEW_SITE: IconStar,
};

interface Props {
  readonly channel: Channel;
  readonly department: Department;
}

/** The door through which customer and company met, in the colour of the department; the words are for those who cannot see it. */
export function ChannelMark({ channel, department }: Props): React.JSX.Element {
  // A newer graph may have a channel that this page does not know.
  const Icon = ICONS[channel] ?? IconLetterCase;
  const words = `${wordsOf(channel)}, ${wordsOf(department)}`;
  return (
    <span className={classes.mark} data-department={department} role="img" aria-label={words} title={words}>
      <Icon size={17} stroke={1.8} />
    </span>
  );
}
