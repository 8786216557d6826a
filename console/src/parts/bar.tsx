// bar.tsx -- a share as a bar with its text beside it.
export function Bar({ share, text }: { share: number; text: string }) {
  return (
    <span className="bar">
      <span className="bar-track" aria-hidden>
        <span className="bar-fill" style={{ width: `${Math.max(0, Math.min(1, share)) * 100}%` }} />
      </span>
      <span className="number bar-text">{text}</span>
    </span>
  )
}
