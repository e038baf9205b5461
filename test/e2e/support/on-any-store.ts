import '../conversation.test.ts';
import '../restart.test.ts';
