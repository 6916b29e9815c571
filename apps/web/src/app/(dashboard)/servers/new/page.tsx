import type { Metadata } from 'next';
import { NewServer } from './client.tsx';

export const metadata: Metadata = { title: 'New server' };

export default function NewServerPage() {
  return <NewServer />;
}
